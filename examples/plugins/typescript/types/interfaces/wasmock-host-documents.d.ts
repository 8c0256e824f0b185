/// <reference path="./wasmock-host-types.d.ts" />
declare module 'wasmock:host/documents@0.1.0' {
  /**
   * What kind of document this is.
   */
  export function kind(document: bigint): DocumentKind;
  /**
   * How many items or members it has.
   */
  export function length(document: bigint): number;
  /**
   * The names of an object's members, in JavaScript's order.
   */
  export function keys(document: bigint): Array<string>;
  /**
   * One item of an array.
   */
  export function item(document: bigint, index: number): Value;
  /**
   * One member of an object.
   */
  export function member(document: bigint, name: string): Value;
  /**
   * The value at a path: dotted (`a.0.b`), or JSONPath when it begins with `$`.
   * The error is a text for people.
   */
  export function at(document: bigint, path: string): Value;
  /**
   * The document as compact JSON text; computed once per document and kept.
   */
  export function toText(document: bigint): string;
  export type Value = import('wasmock:host/types@0.1.0').Value;
  /**
   * What a document is.
   * # Variants
   * 
   * ## `"none"`
   * 
   * The reference is not valid.
   * ## `"list"`
   * 
   * An array.
   * ## `"object"`
   * 
   * An object.
   */
  export type DocumentKind = 'none' | 'list' | 'object';
}

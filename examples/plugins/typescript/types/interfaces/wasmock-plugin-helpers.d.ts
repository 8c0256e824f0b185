/// <reference path="./wasmock-host-types.d.ts" />
declare module 'wasmock:plugin/helpers@0.1.0' {
  /**
   * The helpers; called once, after `configure`. The position is the number to call it by.
   */
  export function list(): Array<Helper>;
  /**
   * The value of one helper. The error appears where Mockoon's would: in the answer.
   */
  export function call(index: number, arguments: Array<Value>, named: Array<[string, Value]>): Value;
  export type Value = import('wasmock:host/types@0.1.0').Value;
  export type Effects = import('wasmock:host/types@0.1.0').Effects;
  /**
   * A helper, described once.
   */
  export interface Helper {
    /**
     * The name templates use.
     */
    name: string,
    /**
     * What it does besides computing a value.
     */
    effects: Effects,
    /**
     * A block helper answers a list: its block is rendered once per item.
     */
    block: boolean,
    /**
     * Arguments, for people: `value [separator]`.
     */
    usage: string,
    /**
     * What it is for, in a sentence.
     */
    about: string,
  }
}

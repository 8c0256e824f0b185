/// <reference path="./wasmock-host-types.d.ts" />
declare module 'wasmock:host/variables@0.1.0' {
  /**
   * The value at a path; the whole for the empty path, `undefined` where nothing is.
   */
  export function get(name: string, path: string): Value;
  /**
   * The version: a number that grows with every write, 0 when there is nothing.
   */
  export function version(name: string): bigint;
  /**
   * Sets the value at a path, creating what is missing on the way; answers the new version.
   */
  export function set(name: string, path: string, value: Value): bigint;
  /**
   * Removes the value at a path.
   */
  export { _delete as delete };
  function _delete(name: string, path: string): bigint;
  /**
   * Adds to the number at a path and answers the new number.
   */
  export function increment(name: string, path: string, by: number): number;
  /**
   * Appends to the array at a path.
   */
  export function append(name: string, path: string, value: Value): bigint;
  /**
   * Copies the members of an object into the object at a path; anything else replaces it.
   */
  export function merge(name: string, path: string, value: Value): bigint;
  /**
   * Sets the value at a path only if the version is still that one, else `conflict`.
   */
  export function compareAndSet(name: string, path: string, version: bigint, value: Value): bigint;
  export type Value = import('wasmock:host/types@0.1.0').Value;
  export type Failure = import('wasmock:host/types@0.1.0').Failure;
}

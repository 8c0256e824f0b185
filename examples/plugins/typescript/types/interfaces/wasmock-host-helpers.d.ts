/// <reference path="./wasmock-host-types.d.ts" />
declare module 'wasmock:host/helpers@0.1.0' {
  /**
   * The helper of that name: a user's plugin first, then a built-in one.
   * `plugin:helper` names one plugin's.
   */
  export function find(name: string): Helper | undefined;
  /**
   * Calls it. The error is a text for people.
   */
  export function call(id: number, arguments: Array<Value>, named: Array<[string, Value]>): Value;
  export type Value = import('wasmock:host/types@0.1.0').Value;
  export type Effects = import('wasmock:host/types@0.1.0').Effects;
  /**
   * A helper as a template sees it.
   */
  export interface Helper {
    /**
     * The number to call it by; never reused in a process.
     */
    id: number,
    /**
     * What it does besides computing a value.
     */
    effects: Effects,
    /**
     * A block helper answers a list: its block is rendered once per item, the else part
     * when the list is empty.
     */
    block: boolean,
  }
}

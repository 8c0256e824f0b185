/// <reference path="./wasmock-host-types.d.ts" />
declare module 'wasmock:host/answer@0.1.0' {
  /**
   * The status so far.
   */
  export function status(): number;
  /**
   * Sets the status; outside 100 to 999 nothing happens.
   */
  export function setStatus(status: number): void;
  /**
   * All headers so far.
   */
  export function headers(): Array<[string, string]>;
  /**
   * Replaces a header. A name or value that HTTP does not allow is ignored, with a log line.
   */
  export function setHeader(name: string, value: string): void;
  /**
   * Adds a header beside those of the same name.
   */
  export function addHeader(name: string, value: string): void;
  /**
   * Removes all headers of that name.
   */
  export function removeHeader(name: string): void;
  /**
   * Appends text to the body.
   */
  export function writeText(text: string): void;
  /**
   * Appends bytes to the body.
   */
  export function writeBytes(bytes: Uint8Array): void;
  /**
   * Appends a value: texts as they are, everything else as JSON. A reference is not copied
   * into the component.
   */
  export function writeValue(value: Value): void;
  /**
   * The text written so far; in `callback` the body that was answered.
   */
  export function bodyText(): string;
  /**
   * Answers with a file, relative to the environment file, instead of what was written.
   */
  export function useFile(path: string): void;
  /**
   * Waits this long before the answer leaves, instead of the response's latency.
   */
  export function delay(ms: number): void;
  /**
   * Sends one WebSocket message, in order, when the call ends.
   */
  export function send(frame: Frame): void;
  /**
   * Closes the connection after what was sent.
   */
  export function close(code: number, reason: string): void;
  export type Value = import('wasmock:host/types@0.1.0').Value;
  export type Frame = import('wasmock:host/types@0.1.0').Frame;
  export type Failure = import('wasmock:host/types@0.1.0').Failure;
}

/// <reference path="./wasmock-host-types.d.ts" />
declare module 'wasmock:host/session-state@0.1.0' {
  /**
   * The session's id; the connection's for a client, the stream's for a broadcast.
   */
  export function id(): string;
  /**
   * What the last event left, empty at first.
   */
  export function get(): Uint8Array;
  /**
   * Replaces it; at most 64 KiB.
   */
  export function set(state: Uint8Array): void;
  export type Failure = import('wasmock:host/types@0.1.0').Failure;
}

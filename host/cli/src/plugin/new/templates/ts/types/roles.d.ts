// The roles of the contract as TypeScript sees them; `helpers` has a file of its own.
declare module 'wasmock:plugin/responder@0.1.0' {
  /** Called once per answer; what is thrown is answered as status 500. */
  export function respond(): void;
}

declare module 'wasmock:plugin/predicate@0.1.0' {
  /** Whether the rule holds. What is thrown makes it false, with a line in the log. */
  export function test(): boolean;
}

declare module 'wasmock:plugin/session@0.1.0' {
  /** A client connected. Answers in how many milliseconds to call `tick`. */
  export function opened(): number | undefined;
  /** The client sent a message. */
  export function message(): number | undefined;
  /** The time asked for has come. */
  export function tick(): number | undefined;
  /** The client left, with that close code. */
  export function closed(code: number): void;
}

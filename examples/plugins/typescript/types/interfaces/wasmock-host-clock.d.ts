declare module 'wasmock:host/clock@0.1.0' {
  /**
   * Milliseconds since 1970 in UTC.
   */
  export function now(): number;
  /**
   * The server's offset from UTC at that time, in seconds, positive east of Greenwich.
   */
  export function utcOffset(at: number): number;
  /**
   * The name of the server's time zone at that time, e.g. `Coordinated Universal Time`.
   */
  export function zoneName(at: number): string;
}

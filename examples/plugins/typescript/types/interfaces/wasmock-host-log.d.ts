declare module 'wasmock:host/log@0.1.0' {
  /**
   * Whether lines of this level are shown at all.
   */
  export function enabled(level: Level): boolean;
  /**
   * Writes a line.
   */
  export function write(level: Level, message: string): void;
  /**
   * How much a line matters.
   * # Variants
   * 
   * ## `"trace"`
   * 
   * ## `"debug"`
   * 
   * ## `"info"`
   * 
   * ## `"warn"`
   * 
   * ## `"error"`
   */
  export type Level = 'trace' | 'debug' | 'info' | 'warn' | 'error';
}

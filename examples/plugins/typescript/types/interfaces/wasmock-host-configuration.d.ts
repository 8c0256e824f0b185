declare module 'wasmock:host/configuration@0.1.0-draft' {
  /**
   * The plugin's own configuration as JSON text; `{}` when there is none.
   */
  export function plugin(): string;
  /**
   * A number that is unique to the configuration of this use (this response, this rule,
   * this route); a key for what an instance wants to remember about it.
   */
  export function usageId(): bigint;
  /**
   * The configuration of this use as JSON text; `{}` when there is none.
   */
  export function usage(): string;
  /**
   * An environment variable of the server, if this plugin was granted it.
   */
  export function variable(name: string): string | undefined;
}

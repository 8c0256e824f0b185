/// <reference path="./wasmock-host-types.d.ts" />
declare module 'wasmock:host/configuration@0.1.0' {
  /**
   * The plugin's own configuration as JSON text; `{}` when there is none.
   */
  export function plugin(): string;
  /**
   * The value at a path in the plugin's own configuration, so that no JSON has to be parsed:
   * dotted (`a.0.b`), or JSONPath when it begins with `$`; the whole for the empty path,
   * `undefined` where nothing is.
   */
  export function pluginAt(path: string): Value;
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
   * The value at a path in the configuration of this use, as `plugin-at`.
   */
  export function usageAt(path: string): Value;
  /**
   * An environment variable of the server, if this plugin was granted it.
   */
  export function variable(name: string): string | undefined;
  export type Value = import('wasmock:host/types@0.1.0').Value;
}

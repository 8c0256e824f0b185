/// <reference path="./wasmock-host-types.d.ts" />
declare module 'wasmock:host/rule@0.1.0' {
  /**
   * What the rule looks at, resolved by the host (a header, a part of the body …).
   */
  export function target(): Value;
  /**
   * The rule's modifier, rendered.
   */
  export function modifier(): string;
  /**
   * The rule's value, rendered: what the target is compared with.
   */
  export function expected(): string;
  export type Value = import('wasmock:host/types@0.1.0').Value;
}

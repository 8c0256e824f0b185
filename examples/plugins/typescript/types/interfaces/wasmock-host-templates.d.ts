declare module 'wasmock:host/templates@0.1.0' {
  /**
   * Renders a text as a template in the exchange at hand.
   */
  export function render(source: string): string;
  /**
   * The source behind a template's number, for the component that renders templates.
   */
  export function source(template: bigint): string | undefined;
}

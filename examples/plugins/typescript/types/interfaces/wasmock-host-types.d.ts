declare module 'wasmock:host/types@0.1.0' {
  /**
   * A JavaScript value. Mockoon's users see the differences between `undefined` and
   * `null`, or between a text and a `SafeString`, so they cross as what they are.
   */
  export type Value = ValueUndefined | ValueNull | ValueBoolean | ValueNumber | ValueText | ValueSafeText | ValueJson | ValueReference;
  /**
   * Nothing is there: a missing field, header or argument.
   */
  export interface ValueUndefined {
    tag: 'undefined',
  }
  /**
   * JSON's `null`.
   */
  export interface ValueNull {
    tag: 'null',
  }
  /**
   * A boolean.
   */
  export interface ValueBoolean {
    tag: 'boolean',
    val: boolean,
  }
  /**
   * Any number; NaN and the infinities included.
   */
  export interface ValueNumber {
    tag: 'number',
    val: number,
  }
  /**
   * A text.
   */
  export interface ValueText {
    tag: 'text',
    val: string,
  }
  /**
   * A text that a template prints without HTML escaping.
   */
  export interface ValueSafeText {
    tag: 'safe-text',
    val: string,
  }
  /**
   * An array or an object as JSON text.
   */
  export interface ValueJson {
    tag: 'json',
    val: string,
  }
  /**
   * An array or an object that stays in the host, valid until the call ends; read it
   * through `documents`. Passing it on costs nothing.
   */
  export interface ValueReference {
    tag: 'reference',
    val: bigint,
  }
  /**
   * One WebSocket message.
   */
  export type Frame = FrameText | FrameBinary;
  /**
   * A text message.
   */
  export interface FrameText {
    tag: 'text',
    val: string,
  }
  /**
   * A binary message.
   */
  export interface FrameBinary {
    tag: 'binary',
    val: Uint8Array,
  }
  /**
   * Why a write or a lookup did not happen.
   */
  export type Failure = FailureDenied | FailureNotFound | FailureConflict | FailureInvalid | FailureLimit | FailureUnavailable;
  /**
   * The plugin was not granted this; the text names the missing grant.
   */
  export interface FailureDenied {
    tag: 'denied',
    val: string,
  }
  /**
   * There is no such bucket, variable or document.
   */
  export interface FailureNotFound {
    tag: 'not-found',
  }
  /**
   * Somebody wrote since that version; the payload is the present version.
   */
  export interface FailureConflict {
    tag: 'conflict',
    val: bigint,
  }
  /**
   * The operation makes no sense on what is there; the text says why.
   */
  export interface FailureInvalid {
    tag: 'invalid',
    val: string,
  }
  /**
   * A limit was reached; the text names it.
   */
  export interface FailureLimit {
    tag: 'limit',
    val: string,
  }
  /**
   * The place where state lives did not answer; trying again may help.
   */
  export interface FailureUnavailable {
    tag: 'unavailable',
    val: string,
  }
  /**
   * What a helper does besides computing its value. It decides whether a template is
   * evaluated at load, whether a bucket waits for a request, and whether a broadcast
   * without listeners must be rendered.
   */
  export interface Effects {
    /**
     * The value depends on the exchange (request, message, connection).
     */
    readsExchange?: boolean,
    /**
     * Variables, buckets, private state or the answer may change.
     */
    writesState?: boolean,
    /**
     * The value depends on chance or on the time.
     */
    drawsRandom?: boolean,
  }
}

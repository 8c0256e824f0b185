/// <reference path="./wasmock-host-types.d.ts" />
declare module 'wasmock:host/exchange@0.1.0' {
  /**
   * What is being answered.
   */
  export function kind(): ExchangeKind;
  /**
   * The method, in capitals: `GET`.
   */
  export function method(): string;
  /**
   * The request target as sent, with the query: `/users/1?full=1`.
   */
  export function url(): string;
  /**
   * The path of the target, undecoded: `/users/1`.
   */
  export function path(): string;
  /**
   * The route's pattern as written in the file: `users/:id`.
   */
  export function route(): string;
  /**
   * One path parameter, decoded; a wildcard's is a list.
   */
  export function param(name: string): Value;
  /**
   * All path parameters as an object.
   */
  export function params(): Value;
  /**
   * The value at a path in the query, which may hold lists and objects (`a[b]=1`);
   * the whole query for the empty path.
   */
  export function queryAt(path: string): Value;
  /**
   * One header, as text; names in any case, repeated ones joined as Node joins them.
   */
  export function header(name: string): string | undefined;
  /**
   * All values of one header, as sent.
   */
  export function headerAll(name: string): Array<string>;
  /**
   * All headers, as sent, names in lower case.
   */
  export function headers(): Array<[string, string]>;
  /**
   * One cookie, decoded.
   */
  export function cookie(name: string): Value;
  /**
   * How many bytes the body (or the message) has.
   */
  export function bodySize(): bigint;
  /**
   * A range of the body's bytes.
   */
  export function bodyBytes(offset: bigint, length: bigint): Uint8Array;
  /**
   * The body as text; bytes that are no UTF-8 are replaced.
   */
  export function bodyText(): string;
  /**
   * The value at a path in the parsed body; the whole of it for the empty path,
   * `undefined` when the body was not parsed. A WebSocket message that was not parsed is a
   * text, whatever the path.
   */
  export function bodyAt(path: string): Value;
  /**
   * The WebSocket message, in kind `message`.
   */
  export function message(): Frame | undefined;
  /**
   * The connection's id, the same for all messages of one connection.
   */
  export function connection(): string | undefined;
  /**
   * The number of this request of its route, message of its connection, or tick of its
   * stream; the first is 1.
   */
  export function sequence(): bigint;
  /**
   * The exchange's own id, as error answers and the log show it; for an event of a WebSocket,
   * the connection's with the event's number. Empty in kind `none`.
   */
  export function id(): string;
  /**
   * The client's address.
   */
  export function remoteAddress(): string;
  /**
   * The host name the client asked for, without the port.
   */
  export function hostname(): string;
  /**
   * The server's own address with the route prefix: `http://localhost:3000/api`.
   */
  export function baseUrl(): string;
  /**
   * Everything at once.
   */
  export function snapshot(): ExchangeSnapshot;
  export type Value = import('wasmock:host/types@0.1.0').Value;
  export type Frame = import('wasmock:host/types@0.1.0').Frame;
  /**
   * What is being answered.
   * # Variants
   * 
   * ## `"none"`
   * 
   * Nothing: a bucket is filled, a plugin is configured.
   * ## `"http"`
   * 
   * An HTTP request.
   * ## `"opened"`
   * 
   * A WebSocket client connected.
   * ## `"message"`
   * 
   * A WebSocket client sent a message.
   * ## `"tick"`
   * 
   * It is time for the next message of a one-to-one stream.
   * ## `"broadcast"`
   * 
   * It is time for the next message of a broadcast; there is no request.
   * ## `"closed"`
   * 
   * A WebSocket client left.
   * ## `"callback"`
   * 
   * A callback is being prepared; the request is the one that caused it, and `answer`
   * shows its answer.
   */
  export type ExchangeKind = 'none' | 'http' | 'opened' | 'message' | 'tick' | 'broadcast' | 'closed' | 'callback';
  /**
   * The whole request in one record, for languages in which every call is expensive.
   */
  export interface ExchangeSnapshot {
    kind: ExchangeKind,
    method: string,
    url: string,
    path: string,
    params: Array<[string, string]>,
    query: Array<[string, string]>,
    headers: Array<[string, string]>,
    /**
     * The body as text, or the WebSocket message; bytes that are no UTF-8 are replaced.
     */
    body: string,
    sequence: bigint,
  }
}

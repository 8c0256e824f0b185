// JSON Web Tokens, HS256. Nothing here knows of the host, so plain Node can test it.
import { hmac } from '@noble/hashes/hmac.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { base64urlnopad } from '@scure/base';

// The engine inside a component has no TextEncoder; escaping to UTF-8 and back does the same.
const bytes = (text) => Uint8Array.from(unescape(encodeURIComponent(text)), (c) => c.charCodeAt(0));
const fromBytes = (utf8) => decodeURIComponent(escape(String.fromCharCode(...utf8)));

const text = (value) => base64urlnopad.encode(bytes(JSON.stringify(value)));
const mac = (message, secret) => hmac(sha256, bytes(secret), bytes(message));

export function sign(claims, secret) {
  const message = `${text({ alg: 'HS256', typ: 'JWT' })}.${text(claims)}`;
  return `${message}.${base64urlnopad.encode(mac(message, secret))}`;
}

// The claims; undefined when the token is not ours or too old. `now` is in milliseconds.
export function read(token, secret, now) {
  const [header, payload, signature] = token.split('.');
  try {
    const expected = base64urlnopad.encode(mac(`${header}.${payload}`, secret));
    if (signature !== expected) return undefined;
    const claims = JSON.parse(fromBytes(base64urlnopad.decode(payload)));
    return claims.exp * 1000 > now ? claims : undefined;
  } catch {
    return undefined;
  }
}

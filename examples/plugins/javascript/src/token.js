// JSON Web Tokens, HS256. Nothing here knows of the host, so plain Node can test it.
import { hmac } from '@noble/hashes/hmac.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { base64urlnopad, utf8 } from '@scure/base';

const text = (value) => base64urlnopad.encode(utf8.decode(JSON.stringify(value)));
const mac = (message, secret) => hmac(sha256, utf8.decode(secret), utf8.decode(message));

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
    const claims = JSON.parse(utf8.encode(base64urlnopad.decode(payload)));
    return claims.exp * 1000 > now ? claims : undefined;
  } catch {
    return undefined;
  }
}

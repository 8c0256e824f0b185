import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { test } from 'node:test';
import { read, sign } from '../src/token.js';

const claims = { sub: 'ada é €', roles: ['admin'], exp: 1000 };

test('a token is what others sign', () => {
  const [header, payload, signature] = sign(claims, 'secret').split('.');
  const expected = createHmac('sha256', 'secret').update(`${header}.${payload}`).digest('base64url');
  assert.equal(signature, expected);
});

test('only a whole and fresh token is read', () => {
  const token = sign(claims, 'secret');
  assert.deepEqual(read(token, 'secret', 999_000), claims);
  assert.equal(read(token, 'secret', 1_000_000), undefined);
  assert.equal(read(token, 'other', 0), undefined);
  assert.equal(read(`${token}x`, 'secret', 0), undefined);
  assert.equal(read('nonsense', 'secret', 0), undefined);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { iban, range, slug } from '../src/format.js';

test('slugs keep letters and digits', () => {
  assert.equal(slug('  Crème brûlée, n° 2!'), 'creme-brulee-n-2');
});

test('account numbers have the check digits of the standard', () => {
  assert.equal(iban('DE', '370400440532013000'), 'DE89370400440532013000');
  assert.throws(() => iban('de', '1'));
});

test('ranges', () => {
  assert.deepEqual(range(1, 3, 1), [1, 2, 3]);
  assert.deepEqual(range(3, 1, -1), [3, 2, 1]);
  assert.deepEqual(range(1, 0, 1), []);
  assert.throws(() => range(0, 1, 0));
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { receive, start, step } from '../src/feed.js';

test('prices walk only where somebody listens', () => {
  const feed = start({ ACME: 100, EMCA: 50 });
  assert.equal(receive(feed, '{"type":"subscribe","symbol":"ACME"}').price, 100);
  assert.deepEqual(step(feed, 0.1, () => 1), [
    { type: 'price', symbol: 'ACME', price: 110, change: 10 },
  ]);
  receive(feed, '{"type":"unsubscribe","symbol":"ACME"}');
  assert.deepEqual(step(feed, 0.1, () => 1), []);
});

test('what is not understood is said', () => {
  const feed = start({ ACME: 100 });
  for (const text of ['', '{', 'null', '{"symbol":"toString"}', '{"type":"x","symbol":"ACME"}']) {
    assert.equal(receive(feed, text).type, 'error', text);
  }
});

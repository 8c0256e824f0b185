// The client library of graphql-transport-ws against the example plugin that speaks it:
// node graphql.mjs ws://localhost:PORT
import assert from 'node:assert/strict';
import { createClient } from 'graphql-ws';
import WebSocket from 'ws';

const base = process.argv[2];
const states = [];
const client = createClient({
  url: `${base}/graphql`,
  webSocketImpl: WebSocket,
  lazy: false,
  keepAlive: 200,
  retryAttempts: 0,
  onNonLazyError: (error) => states.push(['error', error]),
  on: {
    connected: () => states.push('connected'),
    pong: (received) => received && states.push('pong'),
    closed: (event) => states.push(['closed', event.code]),
  },
});

/** All events of a subscription, until it completes. */
async function events(query, wanted = Infinity) {
  const list = [];
  for await (const event of client.iterate({ query })) {
    list.push(event);
    // Leaving the loop tells the server to complete.
    if (list.length === wanted) break;
  }
  return list;
}

// Two at a time: the second one does not stop the first one's clock.
const query = 'subscription { price { symbol value } }';
const both = await Promise.all([
  events(query),
  new Promise((done) => setTimeout(done, 700)).then(() => events(query)),
]);
for (const list of both) {
  assert.equal(list.length, 5, 'it completes by itself after five events');
  for (const event of list) {
    assert.equal(event.data.price.symbol, 'ACME');
    assert.ok(event.data.price.value >= 10 && event.data.price.value <= 20);
  }
}
assert.equal((await events(query, 2)).length, 2);
assert.equal((await events(query, 1)).length, 1, 'the connection goes on after a completion');
assert.equal(states.filter((state) => state === 'connected').length, 1, 'all over one connection');
assert.ok(states.includes('pong'), 'pings are answered');
await client.dispose();
assert.deepEqual(states.filter((state) => state[0] === 'error'), []);

// What the protocol forbids is closed with its codes.
async function broken(messages, protocol = 'graphql-transport-ws') {
  const socket = new WebSocket(`${base}/graphql`, protocol);
  socket.on('open', () => messages.forEach((message) => socket.send(JSON.stringify(message))));
  return new Promise((done) => socket.on('close', done));
}
const init = { type: 'connection_init' };
const subscribe = { id: '1', type: 'subscribe', payload: { query } };
assert.equal(await broken([subscribe]), 4401, 'not before the connection is initialised');
assert.equal(await broken([init, init]), 4429, 'initialised twice');
assert.equal(await broken([init, subscribe, subscribe]), 4409, 'an id that is taken');
assert.equal(await broken([{ type: 'nonsense' }]), 4400);
process.exit(0);

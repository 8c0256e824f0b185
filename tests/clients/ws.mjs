// Node's `ws`: node ws.mjs ws://localhost:PORT
import assert from 'node:assert/strict';
import { once } from 'node:events';
import WebSocket from 'ws';

const base = process.argv[2];

class Client {
  constructor(path, protocols, options) {
    this.socket = new WebSocket(base + path, protocols, { rejectUnauthorized: false, ...options });
    this.messages = [];
    this.waiting = [];
    this.socket.on('message', (data, binary) => {
      const message = binary ? data : data.toString();
      const waiting = this.waiting.shift();
      if (waiting) waiting(message);
      else this.messages.push(message);
    });
    this.closed = new Promise((done) => {
      this.socket.on('close', (code, reason) => done([code, reason.toString()]));
    });
    this.socket.on('error', () => {});
  }
  static async open(...args) {
    const client = new Client(...args);
    await once(client.socket, 'open');
    return client;
  }
  next() {
    if (this.messages.length > 0) return Promise.resolve(this.messages.shift());
    return new Promise((done, fail) => {
      this.waiting.push(done);
      setTimeout(() => fail(new Error('no message within ten seconds')), 10_000).unref();
    });
  }
  async ask(message) {
    this.socket.send(message);
    return this.next();
  }
}

const echo = await Client.open('/echo');
for (const text of ['hello', '', 'é€😀', '<b>&', 'x'.repeat(1_000_000)]) assert.equal(await echo.ask(text), text);
assert.equal(await echo.ask(Buffer.from('bytes')), 'bytes');
for (let n = 0; n < 300; n++) echo.socket.send(String(n));
for (let n = 0; n < 300; n++) assert.equal(await echo.next(), String(n));
// Fragments, and a ping between them.
echo.socket.send('frag', { fin: false });
echo.socket.ping('between');
const [pong] = await once(echo.socket, 'pong');
assert.equal(pong.toString(), 'between');
echo.socket.send('ments', { fin: true });
assert.equal(await echo.next(), 'fragments');
assert.equal(echo.socket.extensions, '', 'compression is not promised');
echo.socket.close(4000, 'done');
assert.deepEqual(await echo.closed, [4000, 'done']);

assert.deepEqual([...(await (await Client.open('/binary')).ask('x'))], [0, 255]);

const count = await Client.open('/count');
for (const number of ['1', '2', '3', '4', '5', '1']) assert.equal(await count.next(), number);

const [one, two] = [await Client.open('/ticks'), await Client.open('/ticks')];
const heard = await two.next();
while ((await one.next()) !== heard);
for (let n = 1; n < 20; n++) {
  const expected = String(Number(heard) + n);
  assert.deepEqual([await one.next(), await two.next()], [expected, expected]);
}

const [ann, bob] = [await Client.open('/rooms/a'), await Client.open('/rooms/a')];
const eve = await Client.open('/rooms/b');
for (const client of [ann, bob, eve]) assert.equal(await client.next(), 'welcome');
ann.socket.send('hi');
assert.equal(await bob.next(), 'a: hi');
bob.socket.send('ho');
assert.equal(await ann.next(), 'a: ho', 'nobody hears oneself');
assert.deepEqual(eve.messages, []);

const spoken = await Client.open('/spoken', ['v1.chat', 'v2.chat']);
assert.equal(spoken.socket.protocol, 'v2.chat');

for (const [path, status, body] of [
  ['/private', 401, 'a token, please'],
  ['/nothing', 404, 'No WebSocket route found for this path'],
]) {
  const refused = new Client(path);
  const [, response] = await once(refused.socket, 'unexpected-response');
  assert.equal(response.statusCode, status);
  assert.equal((await response.toArray()).join(''), body);
}
assert.equal(await (await Client.open('/private?token=t')).ask('x'), 'hello t');

const bye = await Client.open('/bye');
assert.equal(await bye.ask('why'), 'bye');
assert.deepEqual(await bye.closed, [4001, 'that was it: why']);

const late = await Client.open('/late');
const began = Date.now();
for (let n = 0; n < 3; n++) late.socket.send('x');
for (let n = 0; n < 3; n++) assert.equal(await late.next(), 'late');
assert.ok(Date.now() - began < 850, 'latencies run side by side');

const last = await Client.open('/echo');
console.log('ready for the end');
assert.equal((await last.closed)[0], 1001);
process.exit(0);

#!/usr/bin/env -S node --experimental-websocket
// Serves each example and talks to it.
//
//   node --experimental-websocket check.mjs [--build] WASMOCK [EXAMPLE…]
//
// `--build` runs each example's build.sh first, which installs what it needs.
// Prints one line an example and exits with 1 if one of them did not do what its README says.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { createServer } from 'node:net';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));

const examples = {
  async rust({ get, post }) {
    const page = JSON.parse((await get('/products?q=lamp&size=5')).body);
    assert.equal(page.items.length, 5);
    assert.equal(page.total, Object.values(page.facets.colour).reduce((a, b) => a + b, 0));
    const bad = await get('/products?page=x');
    assert.equal(bad.status, 500);
    const { token, card } = JSON.parse((await post('/login', '{"user":"ada"}')).body);
    const claims = JSON.parse(Buffer.from(token.split('.')[1], 'base64url'));
    assert.equal(claims.sub, 'ada');
    assert.equal(claims.exp - claims.iat, 600);
    assert.equal(card, '4000123456789017');
    const body = '{"event":"paid"}';
    const signature = createHmac('sha256', 'not a secret').update(body).digest('hex');
    const send = (value) => post('/webhook', body, { 'X-Signature': `sha256=${value}` });
    assert.equal((await send(signature)).body, 'accepted');
    assert.equal((await send('0'.repeat(64))).status, 401);
  },
  async 'graphql-ws'({ socket }) {
    const { said, say, until } = await socket('/graphql', 'graphql-transport-ws');
    say({ type: 'connection_init' });
    await until(() => said.length === 1);
    say({ id: '1', type: 'subscribe', payload: { query: 'subscription { price { value } }' } });
    await until(() => said.at(-1).type === 'complete');
    assert.deepEqual(said.map((m) => m.type), ['connection_ack', ...Array(5).fill('next'), 'complete']);
    assert.equal(typeof said[1].payload.data.price.value, 'number');
    say('nonsense');
    assert.equal(await until.closed(), 4400);
  },
  async javascript({ get, post }) {
    const login = await post('/token', '{"username":"ada","password":"lovelace"}');
    const tokens = JSON.parse(login.body);
    assert.equal((await post('/token', '{"username":"ada","password":"x"}')).status, 401);
    const enter = (token) => get('/admin', { Authorization: `Bearer ${token}` });
    assert.equal((await enter(tokens.access_token)).body, 'Welcome, ada.');
    assert.equal((await enter(`${tokens.access_token}x`)).status, 401);
    const other = JSON.parse((await post('/token', '{"username":"alan","password":"turing"}')).body);
    assert.equal((await enter(other.access_token)).status, 401);
    const renew = () => post('/token', JSON.stringify({ refresh_token: tokens.refresh_token }));
    const renewed = await Promise.all([renew(), renew(), renew()]);
    assert.deepEqual(renewed.map((r) => r.status).sort(), [200, 401, 401]);
  },
  async typescript({ get }) {
    const accounts = JSON.parse((await get('/accounts')).body);
    assert.deepEqual(accounts.map((a) => a.id), [1, 2, 3]);
    assert.match(accounts[0].iban, /^DE\d{20}$/);
    assert.equal((await get('/slug?text=Cr%C3%A8me%20br%C3%BBl%C3%A9e')).body, 'creme-brulee');
  },
  async python({ get }) {
    const report = JSON.parse((await get('/report')).body);
    assert.equal(Object.values(report).reduce((sum, { count }) => sum + count, 0), 40);
    assert.match((await get('/report?format=csv')).body, /^region,count,sum,mean,median\r\nnorth,/);
    assert.equal((await get('/city?q=helsinky')).body, 'Did you mean Helsinki?');
  },
  async c({ get }) {
    const from = (address) => get('/intranet', { 'X-Forwarded-For': address });
    assert.equal((await from('10.1.2.3')).body, 'Welcome inside.');
    assert.equal((await from('192.168.7.7, 8.8.8.8')).status, 200);
    assert.equal((await from('8.8.8.8')).status, 403);
    assert.equal((await get('/intranet')).status, 403);
  },
  async 'price-feed'({ socket }) {
    const { said, say, until } = await socket('/prices');
    await until(() => said.length === 1);
    assert.deepEqual(said[0].symbols, ['ACME', 'GLOBEX', 'INITECH']);
    say({ type: 'subscribe', symbol: 'ACME' });
    await until(() => said.filter((m) => m.type === 'price').length === 3);
    const prices = said.filter((m) => m.type === 'price');
    assert.ok(prices.every((m) => m.symbol === 'ACME' && m.price > 100));
    // A second subscription leaves the clock of the first one running.
    say({ type: 'subscribe', symbol: 'GLOBEX' });
    await until(() => said.filter((m) => m.type === 'price' && m.symbol === 'GLOBEX').length === 2);
    say({ type: 'subscribe', symbol: 'ACME' });
    const so_far = said.length;
    await until(() => said.slice(so_far).filter((m) => m.type === 'price').length >= 4);
    say({ type: 'unsubscribe', symbol: 'ACME' });
    await until(() => said.at(-1).type === 'unsubscribed');
  },
  async 'faker-js'({ get }) {
    const people = JSON.parse((await get('/people')).body);
    assert.equal(people.length, 3);
    assert.ok(people.every((p) => p.name.includes(' ') && p.age >= 18 && p.age <= 99));
  },
};

const options = process.argv.slice(2);
const build = options[0] === '--build' && options.shift();
const [wasmock, ...wanted] = options;
if (!wasmock) {
  console.error('which wasmock? check.mjs [--build] WASMOCK [EXAMPLE…]');
  process.exit(2);
}
for (const name of wanted.length > 0 ? wanted : Object.keys(examples)) {
  if (build) execFileSync('sh', [join(here, name, 'build.sh')], { stdio: ['ignore', 2, 2] });
  const port = await freePort();
  const server = spawn(resolve(wasmock), ['serve', 'mock.json', '--port', String(port)], {
    cwd: join(here, name),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let log = '';
  for (const stream of [server.stdout, server.stderr]) stream.on('data', (text) => (log += text));
  try {
    await listening(port, server);
    await examples[name](client(port));
    console.log(`${name}: works`);
  } catch (error) {
    process.exitCode = 1;
    console.log(`${name}: ${error.stack}\n${log}`);
  } finally {
    server.kill();
  }
}

function client(port) {
  const request = async (method, path, body, headers) => {
    const response = await fetch(`http://localhost:${port}${path}`, { method, body, headers });
    return { status: response.status, body: await response.text() };
  };
  return {
    get: (path, headers) => request('GET', path, undefined, headers),
    post: (path, body, headers) =>
      request('POST', path, body, { 'Content-Type': 'application/json', ...headers }),
    socket: (path, protocol) => connect(`ws://localhost:${port}${path}`, protocol),
  };
}

async function connect(url, protocol) {
  const socket = new WebSocket(url, protocol);
  const said = [];
  let code;
  socket.onmessage = ({ data }) => said.push(JSON.parse(data));
  socket.onclose = (event) => (code = event.code);
  const until = async (holds) => {
    for (let tries = 0; !holds(); tries++) {
      if (tries > 500) throw new Error(`waited in vain; said so far: ${JSON.stringify(said)}`);
      await new Promise((done) => setTimeout(done, 20));
    }
  };
  until.closed = async () => {
    await until(() => code !== undefined);
    return code;
  };
  await until(() => socket.readyState !== WebSocket.CONNECTING);
  const text = (message) => (typeof message === 'string' ? message : JSON.stringify(message));
  return { said, until, say: (message) => socket.send(text(message)) };
}

function freePort() {
  return new Promise((done) => {
    const server = createServer().listen(0, () => {
      const { port } = server.address();
      server.close(() => done(port));
    });
  });
}

// A Python component compiles for a while at its first start.
async function listening(port, server) {
  for (let tries = 0; tries < 1200; tries++) {
    if (server.exitCode !== null) throw new Error('the server did not start');
    try {
      await fetch(`http://localhost:${port}/`);
      return;
    } catch {
      await new Promise((done) => setTimeout(done, 100));
    }
  }
  throw new Error('the server is not ready after two minutes');
}

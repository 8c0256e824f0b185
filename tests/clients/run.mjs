#!/usr/bin/env node
// Real WebSocket clients against a real server, over ws:// and over wss:// with the certificate
// that the server makes for itself.
//
//   node run.mjs WASMOCK CLIENT…      with the clients ws, websockets, browser, graphql-ws
//
// `npm ci` comes first; `websockets` needs the Python of `.venv` here (requirements.txt), `browser`
// a Chromium ($CHROMIUM, or on the path), `graphql-ws` the built plugin of examples/plugins. Prints
// a line for each client and address, and exits with 1 if one of them was not served as it should.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));

const ws = (endpoint, responses, more = {}) => ({
  type: 'ws',
  endpoint,
  responses: responses.map((response) => (typeof response === 'string' ? { body: response } : response)),
  ...more,
});

/** Every mode once; each client goes through all of it. */
const environment = (port, tls) => ({
  name: 'Clients',
  port,
  tlsOptions: { enabled: tls },
  routes: [
    {
      endpoint: 'page',
      responses: [{ body: '<!doctype html><title>page</title>', headers: [{ key: 'Content-Type', value: 'text/html' }] }],
    },
    ws('echo', ['{{body}}']),
    ws('binary', [{ body: 'AP8=', wasmock: { binary: 'base64' } }]),
    ws('count', ['1', '2', '3', '4', '5'], {
      streamingMode: 'UNICAST',
      streamingInterval: 20,
      responseMode: 'SEQUENTIAL',
    }),
    ws('ticks', ["{{setGlobalVar 'n' (add (getGlobalVar 'n' '' 0) 1)}}{{getGlobalVar 'n'}}"], {
      streamingMode: 'BROADCAST',
      streamingInterval: 20,
    }),
    ws('rooms/:room', [{ body: "{{urlParam 'room'}}: {{body}}", wasmock: { to: 'others', answer: false } }], {
      wasmock: { group: "{{urlParam 'room'}}", onConnect: { text: 'welcome' } },
    }),
    ws('spoken', ['{{body}}'], { wasmock: { subprotocols: ['v2.chat', 'v1.chat'] } }),
    ws('private', ["hello {{queryParam 'token'}}"], {
      wasmock: {
        refuse: [
          { status: 401, body: 'a token, please', rules: [{ target: 'query', modifier: 'token', operator: 'null' }] },
        ],
      },
    }),
    ws('bye', [{ body: 'bye', wasmock: { close: { code: 4001, reason: 'that was it: {{body}}' } } }]),
    ws('late', [{ body: 'late', latency: 300 }]),
  ],
});

const python = join(here, '.venv', 'bin', 'python');
const clients = {
  ws: ['node', ['ws.mjs']],
  websockets: [python, ['websockets_client.py']],
  browser: ['node', ['browser.mjs']],
};

const [wasmock, ...wanted] = process.argv.slice(2);
if (!wasmock || wanted.length === 0) {
  console.error(`run.mjs WASMOCK CLIENT…, with the clients ${Object.keys(clients).join(', ')}, graphql-ws`);
  process.exit(2);
}
const folder = mkdtempSync(join(tmpdir(), 'wasmock-clients-'));
try {
  for (const name of wanted) {
    if (name === 'graphql-ws') {
      const cwd = join(here, '..', '..', 'examples', 'plugins', 'graphql-ws');
      await check(name, 'mock.json', cwd, ['node', ['graphql.mjs']], false);
      continue;
    }
    for (const tls of [false, true]) await check(name, undefined, folder, clients[name], tls);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** Starts a server, runs a client against it, and stops the server while a connection is open. */
async function check(name, file, cwd, [program, args], tls) {
  const port = await freePort();
  if (file === undefined) {
    file = join(folder, `${name}-${tls}.json`);
    writeFileSync(file, JSON.stringify(environment(port, tls)));
  }
  const server = spawn(resolve(wasmock), ['serve', file, '--port', String(port), '--disable-admin-api'], {
    cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let log = '';
  for (const stream of [server.stdout, server.stderr]) stream.on('data', (text) => (log += text));
  const url = `${tls ? 'wss' : 'ws'}://localhost:${port}`;
  try {
    for (let tries = 0; !log.includes('Server started'); tries++) {
      if (server.exitCode !== null || tries > 600) throw new Error('the server did not start');
      await new Promise((done) => setTimeout(done, 100));
    }
    const client = spawn(program, [join(here, args[0]), url], { stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    client.stderr.on('data', (text) => (said += text));
    client.stdout.on('data', (text) => {
      said += text;
      // The last thing a client does is to wait for the server's end.
      if (said.includes('ready for the end')) server.kill('SIGTERM');
    });
    const timer = setTimeout(() => client.kill(), 120_000);
    const code = await new Promise((done, fail) => {
      client.on('error', fail);
      client.on('close', done);
    });
    clearTimeout(timer);
    if (code !== 0) throw new Error(`ended with ${code}: ${said}`);
    console.log(`${name} over ${tls ? 'wss' : 'ws'}: works`);
  } catch (error) {
    process.exitCode = 1;
    console.log(`${name} over ${tls ? 'wss' : 'ws'}: ${error.message}\n${log}`);
  } finally {
    server.kill('SIGKILL');
  }
}

function freePort() {
  return new Promise((done) => {
    const server = createServer().listen(0, () => {
      const { port } = server.address();
      server.close(() => done(port));
    });
  });
}

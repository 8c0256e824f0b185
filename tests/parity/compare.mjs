// Runs environment files against Mockoon and wasmock at the same time, and prints what differs.
//
//   node compare.mjs [--wasmock PATH] [--verbose] FILE…
//
// Requests are made up from each file's routes: parameters filled in, and for every response a
// request that satisfies its rules where they are simple (`equals` on query, header, cookie, params
// and body). Each request goes to Mockoon twice: what differs between the two is random, and is then
// compared by shape only. API descriptions are asked for the routes that Mockoon makes of them.

import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { exchange } from './lib/case.mjs';
import { differences } from './lib/judge.mjs';
import { plan } from './lib/plan.mjs';
import { freePort, mockoon, start } from './lib/server.mjs';

const words = process.argv.slice(2);
const option = (name) => {
  const index = words.indexOf(name);
  return index < 0 ? undefined : words.splice(index, 2)[1];
};
const wasmock = option('--wasmock') ?? process.env.WASMOCK_BIN ?? path.join(import.meta.dirname, '../../target/debug/wasmock');
const verbose = words.includes('--verbose');
const files = words.filter((word) => !word.startsWith('--'));
const scratch = fs.mkdtempSync(path.join(fs.realpathSync(os.tmpdir()), 'compare-'));

/** The routes of a file: its own, or those of the environment that Mockoon imports from a description. */
const environment = (file) => {
  const text = fs.readFileSync(file, 'utf8');
  try {
    const data = JSON.parse(text);
    if (Array.isArray(data.routes)) return data;
  } catch {}
  const output = path.join(scratch, 'imported.json');
  const [command, ...args] = mockoon();
  const done = spawnSync(command, [...args, 'import', '--input', file, '--output', output], { encoding: 'utf8' });
  return done.status === 0 ? JSON.parse(fs.readFileSync(output, 'utf8')) : null;
};

const digits = (text) => text.replace(/\d+/g, '9');
const kind = (answer) => (typeof answer.body !== 'string' ? 'binary' : answer.body === '' ? 'empty' : /^\s*[[{]/.test(answer.body) ? 'json' : 'text');

/** What differs between Mockoon's two answers and wasmock's one. */
const judge = (first, second, ours) => {
  const ignore = Object.keys(first.headers ?? {}).filter((name) => JSON.stringify(first.headers[name]) !== JSON.stringify(second.headers?.[name]));
  if (first.none || second.none || ours.none || first.body === second.body) return differences({ ignore }, first, ours);
  // Random: the same status, headers and kind of body; a JSON body with the same keys.
  const found = differences({ ignore, body: 'ignore' }, first, ours);
  if (kind(first) !== kind(ours)) found.push(`body (random): wanted ${kind(first)}, got ${kind(ours)}: ${JSON.stringify(ours.body).slice(0, 200)}`);
  const keys = (answer) => JSON.stringify([...new Set([...String(answer.body).matchAll(/"([A-Za-z_][\w-]*)"\s*:/g)].map((match) => digits(match[1])))].sort());
  if (keys(first) === keys(second) && keys(first) !== keys(ours)) found.push(`keys (random): wanted ${keys(first)}, got ${keys(ours)}`);
  return found;
};

let total = 0;
let different = 0;
for (const file of files) {
  const data = environment(file);
  if (!data) {
    console.log(`${path.basename(file)}: Mockoon reads no routes from it`);
    continue;
  }
  const requests = plan(data);
  // Two fresh Mockoons, so that counters and state agree.
  const ports = [await freePort(), await freePort(), await freePort()];
  const full = path.resolve(file);
  const options = ['--repair'];
  const servers = await Promise.all([
    start(mockoon(), [full], [ports[0]], options),
    start(mockoon(), [full], [ports[1]], options),
    start([wasmock], [full], [ports[2]], options),
  ]);
  const failed = servers.map((server) => server.failed);
  let found = 0;
  if (failed.some(Boolean)) {
    console.log(`${path.basename(file)}: ${failed[0] ? `Mockoon does not start: ${failed[0].slice(0, 300)}` : ''}${failed[2] ? `  wasmock does not start: ${failed[2].slice(0, 600)}` : ''}`);
    if (!failed[0]) different += 1;
  } else {
    for (const request of requests) {
      const ask = () => Promise.all(ports.map((port) => exchange(request, { port, dir: path.dirname(full), names: { PORT: String(port) } })));
      total += 1;
      let lines = judge(...(await ask()));
      // Two random answers may have been equal by chance: all three servers are asked again.
      for (let round = 0; lines.length && round < 4; round += 1) lines = judge(...(await ask()));
      if (!lines.length) continue;
      found += 1;
      if (verbose || found <= 5) {
        console.log(`${path.basename(file)}  ${request.request}${request.json ? ` ${JSON.stringify(request.json)}` : ''}${request.form ? ` ${request.form}` : ''}`);
        for (const line of lines) console.log(`    ${line.slice(0, 700)}`);
      }
    }
    different += found;
    console.log(`${path.basename(file)}: ${requests.length} requests, ${found} different`);
  }
  await Promise.all(servers.map((server) => server.stop()));
}
fs.rmSync(scratch, { recursive: true, force: true });
console.log(`${files.length} files, ${total} requests, ${different} different`);
process.exit(different ? 1 : 0);

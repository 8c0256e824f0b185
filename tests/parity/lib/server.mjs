// Finds, installs and starts the servers that answer: Mockoon's command line, or wasmock.

import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';

export const VERSION = '9.9.0';

/** The folder with Mockoon in its node_modules: $WASMOCK_ORACLE, or a cache that is filled once from npm. */
export const oracle = () => {
  const folder = process.env.WASMOCK_ORACLE ?? path.join(process.env.XDG_CACHE_HOME ?? path.join(os.homedir(), '.cache'), 'wasmock', `mockoon-${VERSION}`);
  const manifest = path.join(folder, 'node_modules/@mockoon/cli/package.json');
  if (!fs.existsSync(manifest)) {
    fs.mkdirSync(folder, { recursive: true });
    const done = spawnSync('npm', ['install', '--prefix', folder, '--no-audit', '--no-fund', `@mockoon/cli@${VERSION}`, 'yaml@2'], { stdio: 'inherit' });
    if (done.status !== 0) throw new Error(`npm could not install @mockoon/cli@${VERSION} into ${folder}`);
  }
  const found = JSON.parse(fs.readFileSync(manifest, 'utf8')).version;
  if (found !== VERSION) throw new Error(`${folder} holds Mockoon ${found}; the cases are recorded from ${VERSION}`);
  return folder;
};

export const mockoon = () => ['node', path.join(oracle(), 'node_modules/.bin/mockoon-cli')];

const taken = new Set();

/** A free port; the same one is never given twice. */
export const freePort = async () => {
  for (;;) {
    const port = await new Promise((resolve, reject) => {
      const probe = net.createServer();
      probe.on('error', reject);
      probe.listen(20000 + Math.floor(Math.random() * 12000), '::', () => {
        const { port } = probe.address();
        probe.close(() => resolve(port));
      });
    }).catch(() => 0);
    if (port && !taken.has(port)) {
      taken.add(port);
      return port;
    }
  }
};

/** Starts `command` for the files and ports; resolves when every port has been announced. */
export const start = (command, files, ports, options = [], env = {}) =>
  new Promise((resolve) => {
    const args = ['start', '--data', ...files, '--port', ...ports.map(String), '--disable-log-to-file', ...options];
    if (!options.some((option) => option.startsWith('--admin-api-'))) args.push('--disable-admin-api');
    const home = fs.mkdtempSync(path.join(os.tmpdir(), 'parity-home-'));
    const child = spawn(command[0], [...command.slice(1), ...args], {
      env: { ...process.env, TZ: 'UTC', LANG: 'C.UTF-8', NO_COLOR: '1', HOME: home, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    const waiting = new Set(ports.map(Number));
    const server = {
      stop: () =>
        new Promise((done) => {
          const cleaned = () => {
            fs.rmSync(home, { recursive: true, force: true });
            done();
          };
          if (child.exitCode !== null || child.signalCode !== null) return cleaned();
          child.on('exit', cleaned);
          child.kill('SIGKILL');
        }),
      output: () => output,
    };
    const timer = setTimeout(() => resolve({ ...server, failed: `not ready after two minutes: ${output}` }), 120_000);
    const collect = (chunk) => {
      output += chunk;
      for (const [, port] of output.matchAll(/Server started on port (\d+)/g)) waiting.delete(Number(port));
      if (!waiting.size) {
        clearTimeout(timer);
        resolve(server);
      }
    };
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
    child.on('exit', (code) => {
      clearTimeout(timer);
      resolve({ ...server, failed: `ended with code ${code}: ${output}`, code });
    });
  });

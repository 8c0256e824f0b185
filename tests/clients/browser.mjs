// A browser: node browser.mjs ws://localhost:PORT. Chromium without a window, driven by
// playwright-core; the page is served by the mock itself.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chromium } from 'playwright-core';

const base = process.argv[2];

function installed() {
  const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
  for (const name of names) {
    try {
      return execFileSync('sh', ['-c', `command -v ${name}`], { encoding: 'utf8' }).trim();
    } catch {
      // The next one.
    }
  }
  throw new Error('there is no Chromium on the path; $CHROMIUM names one');
}

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? installed(),
  // Containers run everything as root, where Chromium has no sandbox.
  args: ['--no-sandbox', '--ignore-certificate-errors'],
});
try {
  const page = await browser.newPage({ ignoreHTTPSErrors: true });
  page.on('console', (message) => {
    if (message.text() === 'ready for the end') console.log(message.text());
  });
  await page.goto(`${base.replace(/^ws/, 'http')}/page`);
  const seen = await page.evaluate(inPage, base);
  assert.deepEqual(seen, {
    echoes: ['hello', '', 'é€😀', '<b>&'],
    long: 1_000_000,
    many: 300,
    bytes: [0, 255],
    extensions: '',
    closed: [4000, 'done', true],
    count: ['1', '2', '3', '4', '5', '1'],
    ticks: true,
    room: ['welcome', 'a: hi'],
    protocol: 'v2.chat',
    refused: [1006, false],
    allowed: 'hello t',
    bye: ['bye', 4001, 'that was it: why', true],
    end: [1001, true],
  });
} finally {
  await browser.close();
}

/** Runs in the page. */
async function inPage(base) {
  class Client {
    constructor(path, protocols) {
      this.socket = new WebSocket(base + path, protocols);
      this.socket.binaryType = 'arraybuffer';
      this.messages = [];
      this.waiting = [];
      this.socket.onmessage = ({ data }) => {
        const waiting = this.waiting.shift();
        if (waiting) waiting(data);
        else this.messages.push(data);
      };
      this.closed = new Promise((done) => (this.socket.onclose = (event) => done(event)));
      this.opened = new Promise((done, fail) => {
        this.socket.onopen = () => done(this);
        this.socket.onerror = () => fail(new Error(`${path} is refused`));
      });
    }
    static open(...args) {
      return new Client(...args).opened;
    }
    next() {
      if (this.messages.length > 0) return Promise.resolve(this.messages.shift());
      return new Promise((done, fail) => {
        this.waiting.push(done);
        setTimeout(() => fail(new Error('no message within ten seconds')), 10_000);
      });
    }
    ask(message) {
      this.socket.send(message);
      return this.next();
    }
  }

  const seen = { echoes: [], count: [], room: [] };
  const echo = await Client.open('/echo');
  for (const text of ['hello', '', 'é€😀', '<b>&']) seen.echoes.push(await echo.ask(text));
  seen.long = (await echo.ask('x'.repeat(1_000_000))).length;
  for (let n = 0; n < 300; n++) echo.socket.send(String(n));
  for (seen.many = 0; seen.many < 300 && (await echo.next()) === String(seen.many); seen.many++);
  seen.bytes = [...new Uint8Array(await (await Client.open('/binary')).ask('x'))];
  seen.extensions = echo.socket.extensions;
  echo.socket.close(4000, 'done');
  const closed = await echo.closed;
  seen.closed = [closed.code, closed.reason, closed.wasClean];

  const count = await Client.open('/count');
  while (seen.count.length < 6) seen.count.push(await count.next());

  const [one, two] = [await Client.open('/ticks'), await Client.open('/ticks')];
  const heard = await two.next();
  while ((await one.next()) !== heard);
  seen.ticks = true;
  for (let n = 1; n < 20; n++) {
    const expected = String(Number(heard) + n);
    if ((await one.next()) !== expected || (await two.next()) !== expected) seen.ticks = n;
  }

  const [ann, bob] = [await Client.open('/rooms/a'), await Client.open('/rooms/a')];
  seen.room.push(await bob.next());
  ann.socket.send('hi');
  seen.room.push(await bob.next());
  seen.protocol = (await Client.open('/spoken', ['v1.chat', 'v2.chat'])).socket.protocol;

  const refused = new Client('/private');
  refused.opened.catch(() => {});
  const event = await refused.closed;
  seen.refused = [event.code, event.wasClean];
  seen.allowed = await (await Client.open('/private?token=t')).ask('x');

  const bye = await Client.open('/bye');
  seen.bye = [await bye.ask('why')];
  const gone = await bye.closed;
  seen.bye.push(gone.code, gone.reason, gone.wasClean);

  const last = await Client.open('/echo');
  console.log('ready for the end');
  const end = await last.closed;
  seen.end = [end.code, end.wasClean];
  return seen;
}

// Raw HTTP/1.1 and WebSocket over node:net: nothing is normalised on the way out or in.

import net from 'node:net';
import { randomBytes } from 'node:crypto';

const LIMIT_MS = 4000;

/** Sends bytes, reads until the server closes; answers what came, and whether the end was reached. */
export const talk = (port, bytes) =>
  new Promise((resolve) => {
    const chunks = [];
    const socket = net.connect({ host: '127.0.0.1', port });
    const finish = (end) => {
      clearTimeout(timer);
      socket.destroy();
      resolve({ bytes: Buffer.concat(chunks), end });
    };
    const timer = setTimeout(() => finish('timeout'), LIMIT_MS);
    socket.on('connect', () => socket.write(bytes));
    socket.on('data', (chunk) => chunks.push(chunk));
    socket.on('end', () => finish('closed'));
    socket.on('error', (error) => finish(chunks.length ? 'closed' : error.code));
  });

/** Request bytes from a request line, header pairs and a body. */
export const requestBytes = (line, headers, body, port) => {
  const has = (name) => headers.some(([key]) => key.toLowerCase() === name);
  const all = [];
  if (!has('host')) all.push(['Host', `localhost:${port}`]);
  if (!has('connection')) all.push(['Connection', 'close']);
  all.push(...headers);
  if (body.length && !has('content-length') && !has('transfer-encoding')) all.push(['Content-Length', String(body.length)]);
  const head = [`${line} HTTP/1.1`, ...all.map(([key, value]) => `${key}: ${value}`), '', ''].join('\r\n');
  return Buffer.concat([Buffer.from(head, 'utf8'), body]);
};

const parseHead = (bytes) => {
  const end = bytes.indexOf('\r\n\r\n');
  if (end < 0) return null;
  const [first, ...lines] = bytes.subarray(0, end).toString('latin1').split('\r\n');
  const status = Number(first.split(' ')[1]);
  const headers = lines.map((line) => {
    const colon = line.indexOf(':');
    return [line.slice(0, colon), line.slice(colon + 1).trim()];
  });
  return { status, headers, rest: bytes.subarray(end + 4) };
};

const dechunk = (bytes) => {
  const parts = [];
  for (;;) {
    const end = bytes.indexOf('\r\n');
    if (end < 0) return { body: Buffer.concat(parts), whole: false };
    const size = parseInt(bytes.subarray(0, end).toString(), 16);
    if (!size) return { body: Buffer.concat(parts), whole: size === 0 };
    parts.push(bytes.subarray(end + 2, end + 2 + size));
    bytes = bytes.subarray(end + 4 + size);
  }
};

/** The last answer in the bytes; informational ones before it are skipped. */
export const parseAnswer = (bytes, method) => {
  let head = parseHead(bytes);
  while (head && head.status >= 100 && head.status < 200 && head.status !== 101) head = parseHead(head.rest);
  if (!head) return null;
  const value = (name) => head.headers.find(([key]) => key.toLowerCase() === name)?.[1];
  let body = head.rest;
  let framing = null;
  if (/chunked/i.test(value('transfer-encoding') ?? '')) ({ body } = dechunk(body));
  else if (value('content-length') !== undefined) {
    const bodiless = method === 'HEAD' || head.status === 304 || head.status === 204;
    if (!bodiless && Number(value('content-length')) !== body.length) framing = `content-length ${value('content-length')}, body ${body.length}`;
  }
  return { status: head.status, headers: head.headers, body, framing };
};

const frame = (opcode, payload) => {
  const mask = randomBytes(4);
  const length = payload.length;
  const head =
    length < 126
      ? Buffer.from([0x80 | opcode, 0x80 | length])
      : length < 65536
        ? Buffer.from([0x80 | opcode, 0x80 | 126, length >> 8, length & 255])
        : Buffer.concat([Buffer.from([0x80 | opcode, 0x80 | 127, 0, 0, 0, 0]), Buffer.from(Uint32Array.of(length).buffer).reverse()]);
  const masked = Buffer.from(payload.map((byte, index) => byte ^ mask[index & 3]));
  return Buffer.concat([head, mask, masked]);
};

/** An open WebSocket, or the HTTP answer that refused it. */
export class Socket {
  static open(port, path, headers) {
    return new Promise((resolve, reject) => {
      const has = (name) => headers.some(([key]) => key.toLowerCase() === name);
      const all = [
        ['Host', `localhost:${port}`],
        ['Upgrade', 'websocket'],
        ['Connection', 'Upgrade'],
        ['Sec-WebSocket-Key', 'dGhlIHNhbXBsZSBub25jZQ=='],
        ['Sec-WebSocket-Version', '13'],
      ].filter(([key]) => !has(key.toLowerCase()));
      const head = [`GET ${path} HTTP/1.1`, ...[...all, ...headers].map(([key, value]) => `${key}: ${value}`), '', ''].join('\r\n');
      const self = new Socket();
      self.socket = net.connect({ host: '127.0.0.1', port }, () => self.socket.write(head));
      self.bytes = Buffer.alloc(0);
      self.frames = [];
      self.waiting = null;
      let opened = false;
      const settle = (ended) => {
        if (opened) return;
        const answer = parseAnswer(self.bytes, 'GET');
        if (answer?.status === 101) {
          opened = true;
          clearTimeout(timer);
          self.answer = answer;
          self.bytes = answer.body;
          answer.body = Buffer.alloc(0);
          self.read();
          resolve(self);
        } else if (ended || (answer && answer.framing === null && answer.headers.some(([key]) => /content-length/i.test(key)))) {
          opened = true;
          clearTimeout(timer);
          self.socket.destroy();
          self.answer = answer;
          resolve(self);
        }
      };
      const timer = setTimeout(() => settle(true), LIMIT_MS);
      self.socket.on('data', (chunk) => {
        self.bytes = Buffer.concat([self.bytes, chunk]);
        if (opened) self.read();
        else settle(false);
      });
      const ended = () => {
        settle(true);
        self.push({ ended: true });
      };
      self.socket.on('end', ended);
      self.socket.on('error', (error) => (opened ? ended() : reject(error)));
    });
  }

  push(item) {
    if (this.frames.at(-1)?.ended) return;
    this.frames.push(item);
    this.waiting?.();
  }

  read() {
    for (;;) {
      const bytes = this.bytes;
      if (bytes.length < 2) return;
      let length = bytes[1] & 127;
      let offset = 2;
      if (length === 126) {
        if (bytes.length < 4) return;
        length = bytes.readUInt16BE(2);
        offset = 4;
      } else if (length === 127) {
        if (bytes.length < 10) return;
        length = Number(bytes.readBigUInt64BE(2));
        offset = 10;
      }
      if (bytes.length < offset + length) return;
      const payload = bytes.subarray(offset, offset + length);
      this.bytes = bytes.subarray(offset + length);
      const opcode = bytes[0] & 15;
      if (opcode === 1) this.push(payload.toString('utf8'));
      else if (opcode === 2) this.push({ binary: payload.toString('base64') });
      else if (opcode === 9) this.socket.write(frame(10, payload));
      else if (opcode === 10) this.push({ pong: payload.toString('utf8') });
      else if (opcode === 8) {
        this.push({ close: length >= 2 ? payload.readUInt16BE(0) : 1005 });
        this.socket.end(frame(8, payload));
      }
    }
  }

  send(message) {
    if (typeof message === 'string') this.socket.write(frame(1, Buffer.from(message)));
    else if (message.binary !== undefined) this.socket.write(frame(2, Buffer.from(message.binary, 'base64')));
    else if (message.ping !== undefined) this.socket.write(frame(9, Buffer.from(message.ping)));
    else if (message.close !== undefined) this.socket.write(frame(8, Buffer.from([message.close >> 8, message.close & 255])));
    else this.socket.write(frame(1, Buffer.from(JSON.stringify(message.json))));
  }

  /** The next frame, or null when none came in time. */
  receive(limit) {
    return new Promise((resolve) => {
      const take = () => {
        if (!this.frames.length) return;
        clearTimeout(timer);
        this.waiting = null;
        resolve(this.frames[0].ended ? this.frames[0] : this.frames.shift());
      };
      const timer = setTimeout(() => {
        this.waiting = null;
        resolve(null);
      }, limit);
      this.waiting = take;
      take();
    });
  }

  end() {
    this.socket.destroy();
  }
}

// Reads a case, prepares its folder, runs its exchanges against a server and gives the answers.

import fs from 'node:fs';
import path from 'node:path';
import { createRequire } from 'node:module';
import { environment } from './expand.mjs';
import { freePort, oracle } from './server.mjs';
import { parseAnswer, requestBytes, Socket, talk } from './wire.mjs';
import * as upstream from './upstream.mjs';

const yaml = createRequire(path.join(oracle(), 'node_modules/'))('yaml');
const DROPPED = new Set(['date', 'connection', 'keep-alive', 'transfer-encoding']);

/** Every case below `root` whose `group/name` contains one of the words. */
export const find = (root, words) => {
  const cases = [];
  for (const group of fs.readdirSync(root, { withFileTypes: true })) {
    if (!group.isDirectory() || ['lib', 'node_modules'].includes(group.name)) continue;
    for (const file of fs.readdirSync(path.join(root, group.name)).sort()) {
      if (!file.endsWith('.yaml')) continue;
      const name = `${group.name}/${file.slice(0, -5)}`;
      if (words.length && !words.some((word) => name.includes(word))) continue;
      cases.push({ name, path: path.join(root, group.name, file) });
    }
  }
  return cases;
};

const HTML = 'text/html; charset=utf-8';

const notFound = (line) => ({
  status: 404,
  headers: { 'Content-Security-Policy': "default-src 'none'", 'X-Content-Type-Options': 'nosniff', 'Content-Type': HTML },
  body: `<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>Error</title>\n</head>\n<body>\n<pre>Cannot ${line}</pre>\n</body>\n</html>\n`,
});

const plain = (body) => ({ status: 200, headers: { 'Content-Type': 'text/plain; charset=utf-8' }, body });

/** Three answers are so common that they have a short form: a page, a plain text, and the page of an unknown path. */
const short = (answer) => {
  if (!answer || typeof answer.body !== 'string') return answer;
  const text = JSON.stringify(answer);
  if (text === JSON.stringify({ status: 200, headers: { 'Content-Type': HTML }, body: answer.body })) return answer.body;
  if (text === JSON.stringify(plain(answer.body))) return { plain: answer.body };
  const line = answer.body.match(/<pre>Cannot (.*)<\/pre>/)?.[1];
  return line !== undefined && text === JSON.stringify(notFound(line)) ? { cannot: line } : answer;
};

export const long = (answer) => {
  if (typeof answer === 'string') return { status: 200, headers: { 'Content-Type': HTML }, body: answer };
  if (answer?.plain !== undefined) return plain(answer.plain);
  return answer?.cannot !== undefined ? notFound(answer.cannot) : answer;
};

export const read = (item) => {
  const source = fs.readFileSync(item.path, 'utf8');
  const document = yaml.parseDocument(source);
  if (document.errors.length) throw new Error(`${item.path}: ${document.errors[0].message}`);
  const data = document.toJS();
  data.exchanges = (data.exchanges ?? []).map((exchange) => (typeof exchange === 'string' ? { request: exchange } : exchange));
  data.written = data.exchanges.length;
  if (data.templates) {
    data.environment ??= {};
    data.environment.routes = [...(data.environment.routes ?? []), ...data.templates.map((item, index) => ({ [`POST t${index + 1}`]: item.template ?? item }))];
    data.templates.forEach((item, index) => data.exchanges.push({ ...(typeof item === 'string' ? {} : item), request: `POST /t${index + 1}${item.query ?? ''}` }));
  }
  return { ...item, source, document, data };
};

/** The text of a case in which the server does not start, with the code it ends with. */
export const withExitCode = (item, code, version) => {
  const document = item.document.clone();
  document.set('recorded', `Mockoon ${version}`);
  document.set('fails', code);
  return document.toString({ lineWidth: 0, flowCollectionPadding: false });
};

/** The case's text with the recorded answers in it; everything written by hand stays as it is. */
export const withAnswers = (item, results, version) => {
  const document = item.document.clone();
  document.set('recorded', `Mockoon ${version}`);
  const flow = (path) => {
    const node = document.getIn(path, true);
    if (node?.items && node.items.length <= 2) node.flow = true;
  };
  const put = (path, name, value) => {
    if (value === undefined) document.deleteIn([...path, name]);
    else document.setIn([...path, name], document.createNode(value));
  };
  results.forEach((result, index) => {
    const template = index >= item.data.written;
    const path = template ? ['templates', index - item.data.written] : ['exchanges', index];
    const node = document.getIn(path, true);
    if (yaml.isScalar(node)) document.setIn(path, document.createNode({ [template ? 'template' : 'request']: node.value }));
    else if (node.flow && result) node.flow = false;
    if (!result) return;
    put(path, 'received', result.received);
    put(path, 'answer', short(result.answer));
    flow([...path, 'answer', 'headers']);
    (result.answers ?? []).forEach((answers, step) => {
      const place = [...path, 'conversation', step];
      put(place, 'answers', answers);
      const list = document.getIn([...place, 'answers'], true);
      if (list) list.flow = answers.every((answer) => typeof answer !== 'string' || !answer.includes('\n'));
    });
  });
  return document.toString({ lineWidth: 0, flowCollectionPadding: false });
};

const substitute = (value, names) =>
  typeof value === 'string' ? value.replace(/\$(PORT|UPSTREAM|DIR)\b/g, (_, name) => names[name]) : value;

const deep = (value, names) => {
  if (Array.isArray(value)) return value.map((item) => deep(item, names));
  if (value && typeof value === 'object') return Object.fromEntries(Object.entries(value).map(([key, item]) => [substitute(key, names), deep(item, names)]));
  return substitute(value, names);
};

/** Writes the case's files below `root` and answers what is needed to start a server for it. */
export const prepare = async (item, root) => {
  const { data } = item;
  const dir = path.join(root, item.name.replace('/', '__'));
  fs.mkdirSync(dir, { recursive: true });
  const port = await freePort();
  const up = JSON.stringify(data).includes('$UPSTREAM') ? await upstream.start(data.upstream) : null;
  const names = { PORT: String(port), UPSTREAM: String(up?.port ?? ''), DIR: dir };
  for (const [name, content] of Object.entries(data.files ?? {})) {
    const target = path.join(dir, name);
    fs.mkdirSync(path.dirname(target), { recursive: true });
    fs.writeFileSync(target, typeof content === 'string' ? substitute(content, names) : Buffer.from(content.base64, 'base64'));
  }
  let file = path.join(dir, data.data ?? 'environment.json');
  if (data.document !== undefined) fs.writeFileSync(file, JSON.stringify(deep(data.document, names), null, 2));
  else if (data.environment !== undefined) fs.writeFileSync(file, JSON.stringify(environment(deep(data.environment, names), item.name, port), null, 2));
  return { item, dir, port, file, names, upstream: up };
};

const pairs = (headers = {}) =>
  Array.isArray(headers) ? headers : Object.entries(headers).flatMap(([key, value]) => [value].flat().map((one) => [key, one]));

const bodyBytes = (exchange, names) => {
  if (exchange.json !== undefined) return Buffer.from(JSON.stringify(deep(exchange.json, names)));
  if (exchange.form !== undefined) return Buffer.from(exchange.form);
  if (exchange.base64 !== undefined) return Buffer.from(exchange.base64, 'base64');
  if (exchange.repeat !== undefined) return Buffer.from(exchange.repeat.text.repeat(exchange.repeat.times));
  return Buffer.from(substitute(exchange.body ?? '', names));
};

const printable = (bytes) => {
  const text = bytes.toString('utf8');
  return Buffer.from(text, 'utf8').equals(bytes) && !/[\u0000-\u0008\u000b-\u001f\u007f\ufeff]/.test(text) ? text : { base64: bytes.toString('base64') };
};

const normal = (text, prepared) => {
  let result = text.replaceAll(prepared.dir, '$DIR').replaceAll(path.dirname(prepared.dir), '$ROOT').replaceAll(`:${prepared.port}`, ':$PORT');
  if (prepared.upstream) result = result.replaceAll(`:${prepared.upstream.port}`, ':$UPSTREAM');
  return result;
};

const recordHeaders = (headers, prepared, keepLength) => {
  const result = {};
  for (const [name, value] of headers) {
    const lower = name.toLowerCase();
    if (DROPPED.has(lower) || (lower === 'content-length' && !keepLength)) continue;
    const known = Object.keys(result).find((key) => key.toLowerCase() === lower) ?? name;
    const clean = normal(value, prepared);
    result[known] = known in result ? [result[known], clean].flat() : clean;
  }
  return result;
};

const record = (answer, method, prepared) => {
  const bodiless = method === 'HEAD' || [204, 304].includes(answer.status);
  const result = { status: answer.status };
  const headers = recordHeaders(answer.headers, prepared, bodiless);
  if (Object.keys(headers).length) result.headers = headers;
  if (answer.framing) result.framing = answer.framing;
  const body = printable(answer.body);
  result.body = typeof body === 'string' ? normal(body, prepared) : body;
  return result;
};

const http = async (exchange, prepared) => {
  const names = prepared.names;
  if (exchange.raw !== undefined) {
    const head = exchange.raw.includes('\n\n') ? exchange.raw : `${exchange.raw.trimEnd()}\n\n`;
    const bytes = Buffer.from(substitute(head, names).replace(/\r?\n/g, '\r\n'), 'latin1');
    const { bytes: got, end } = await talk(prepared.port, bytes);
    const answer = parseAnswer(got, exchange.raw.split(' ')[0]);
    return answer ? record(answer, exchange.raw.split(' ')[0], prepared) : { none: end };
  }
  const line = substitute(exchange.request, names);
  const method = line.split(' ')[0];
  const headers = pairs(deep(exchange.headers, names));
  const has = headers.some(([key]) => key.toLowerCase() === 'content-type');
  if (exchange.json !== undefined && !has) headers.push(['Content-Type', 'application/json']);
  if (exchange.form !== undefined && !has) headers.push(['Content-Type', 'application/x-www-form-urlencoded']);
  const { bytes, end } = await talk(prepared.port, requestBytes(line, headers, bodyBytes(exchange, names), prepared.port));
  const answer = parseAnswer(bytes, method);
  return answer ? record(answer, method, prepared) : { none: end };
};

const websocket = async (exchange, prepared, quiet) => {
  const socket = await Socket.open(prepared.port, substitute(exchange.websocket, prepared.names), pairs(exchange.headers));
  if (socket.answer?.status !== 101) return { answer: socket.answer ? record(socket.answer, 'GET', prepared) : { none: 'closed' } };
  const headers = recordHeaders(socket.answer.headers, prepared, false);
  for (const name of ['Upgrade', 'Sec-WebSocket-Accept']) delete headers[name];
  const answer = { status: 101 };
  if (Object.keys(headers).length) answer.headers = headers;
  const answers = [];
  for (const step of exchange.conversation ?? []) {
    if (step.send !== undefined) socket.send(step.send);
    const got = [];
    const wanted = step.receive ?? 1;
    while (got.length < wanted) {
      // Silence is waited for shortly only where it was recorded before: a busy machine answers late.
      const patience = step.answers && got.length >= step.answers.length ? quiet : 2500;
      const item = await socket.receive(step.within ?? patience);
      if (item === null) break;
      if (item.ended) {
        if (got.length === 0) got.push({ close: 1006 });
        break;
      }
      got.push(typeof item === 'string' ? normal(item, prepared) : item);
      if (item.close) break;
    }
    answers.push(got);
  }
  socket.end();
  return { answer, answers };
};

/** One HTTP exchange with a server that is no case's. */
export const exchange = (request, { port, dir, names }) => http(request, { port, dir, names, upstream: null });

/** Runs every exchange in order; one result per exchange. */
export const run = async (prepared, { quiet = 400 } = {}) => {
  const results = [];
  for (const exchange of prepared.item.data.exchanges) {
    if (exchange.wait !== undefined) {
      await new Promise((resolve) => setTimeout(resolve, exchange.wait));
      results.push(null);
    } else if (exchange.upstream !== undefined) {
      await prepared.upstream.wait(exchange.upstream);
      const received = prepared.upstream.received.splice(0).map((item) => JSON.parse(normal(JSON.stringify(item), prepared)));
      results.push({ received });
    } else if (exchange.websocket !== undefined) results.push(await websocket(exchange, prepared, quiet));
    else results.push({ answer: await http(exchange, prepared) });
  }
  return results;
};

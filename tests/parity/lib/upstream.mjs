// The server that proxied requests and callbacks reach: it notes what it gets and answers from a short list.

import http from 'node:http';

// Headers that say nothing about the mock server: they are about one connection.
const DROPPED = new Set(['host', 'connection', 'transfer-encoding']);

export const start = async (answers = []) => {
  const received = [];
  let arrived = () => {};
  const server = http.createServer((request, reply) => {
    const chunks = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', () => {
      const headers = {};
      for (let index = 0; index < request.rawHeaders.length; index += 2) {
        const name = request.rawHeaders[index].toLowerCase();
        if (DROPPED.has(name)) continue;
        headers[name] = name in headers ? [headers[name], request.rawHeaders[index + 1]].flat() : request.rawHeaders[index + 1];
      }
      const body = Buffer.concat(chunks).toString('utf8');
      received.push({ request: `${request.method} ${request.url}`, headers, body });
      arrived();
      const path = request.url.split('?')[0];
      const answer = answers.find((item) => item.path === path) ?? {
        body: JSON.stringify({ method: request.method, url: request.url, body }),
        headers: { 'Content-Type': 'application/json' },
      };
      reply.sendDate = false;
      for (const [key, value] of Object.entries(answer.headers ?? {})) reply.setHeader(key, value);
      reply.statusCode = answer.status ?? 200;
      reply.end(answer.base64 !== undefined ? Buffer.from(answer.base64, 'base64') : answer.body ?? '');
    });
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: server.address().port,
    received,
    /** Resolves when `count` requests have come, or after two seconds with what there is. */
    wait: (count) =>
      new Promise((resolve) => {
        const timer = setTimeout(resolve, 2000);
        arrived = () => {
          if (received.length < count) return;
          clearTimeout(timer);
          resolve();
        };
        arrived();
      }),
    stop: () => {
      server.closeAllConnections();
      server.close();
    },
  };
};

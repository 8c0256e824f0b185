// Writes everyday/large.yaml: one environment of several hundred routes that uses everything an
// environment file can say over HTTP, and a question to each of them.
//
//   node large.mjs && node record.mjs everyday/large
//
// Everything is counted out, nothing drawn, so the file is the same every time.

import fs from 'node:fs';
import path from 'node:path';
import { createRequire } from 'node:module';
import { oracle } from './lib/server.mjs';

const yaml = createRequire(path.join(oracle(), 'node_modules/'))('yaml');
const here = import.meta.dirname;
const routes = [];
const exchanges = [];
const ask = (line, more = {}) => exchanges.push(Object.keys(more).length ? { request: line, ...more } : line);
const PREFIX = 'api/v1';

/** A route, and questions to it. */
const route = (line, fields, ...questions) => {
  routes.push({ [line]: fields });
  for (const [target, more = {}] of questions) ask(target.replace(' /', ` /${PREFIX}/`), more);
};

// Callbacks come first: the other server has seen nothing else then.
const callbacks = ['post', 'put', 'get', 'delete'].map((method, index) => ({ uuid: `c0000000-0000-4000-8000-00000000000${index}`, id: `cb${index}`, name: `callback ${index}`, method, uri: `http://127.0.0.1:$UPSTREAM/callback/${index}?v={{queryParam 'v'}}`, headers: { 'Content-Type': 'application/json', 'X-Id': "{{urlParam 'id'}}" }, bodyType: index === 1 ? 'DATABUCKET' : 'INLINE', databucketID: index === 1 ? 'schema' : '', body: '{"id": "{{urlParam \'id\'}}"}' }));
for (const callback of callbacks) {
  route(`POST calls/${callback.id}/:id`, { body: 'called', status: 202, callbacks: [{ uuid: callback.uuid, latency: 0 }] }, [`POST /calls/${callback.id}/7?v=a%20b`]);
  exchanges.push({ upstream: 1 });
}

// Every helper by its example in the documentation. What is random, or of today, is left out.
const RANDOM = /\b(repeat 2|oneOf|someOf|faker|now|uuid|guid|int|float|boolean|date|time|title|firstName|lastName|company|domain|tld|email|street|city|country|countryCode|zipcode|postcode|lat|long|phone|color|hexColor|ipv4|ipv6|lorem|objectId|log|ip|baseUrl|hostname|headers)\b/;
const helpers = JSON.parse(fs.readFileSync(path.join(here, '../../plugins/templating/helpers.json'), 'utf8')).filter((helper) => !RANDOM.test(helper.example));
for (const helper of helpers) {
  const body = { user: { name: 'Ann' }, items: ['a', 'b'] };
  route(`POST helpers/${helper.name}/:id`, `${helper.example}|{{${helper.name}}}`, [`POST /helpers/${helper.name}/42?page=2`, { json: body, headers: { Cookie: 'session=s1', Accept: 'text/html' } }]);
}

// Departments of a shop: what most routes of most files look like.
for (let index = 0; index < 30; index += 1) {
  const at = `shop/department${index}`;
  const status = ['draft', 'open', 'closed'][index % 3];
  route(`GET ${at}/products`, { body: `{"status": "${status}", "items": [{{#repeat ${(index % 4) + 1}}}{"id": {{add @index ${index}}}, "last": {{@last}}}{{/repeat}}], "page": {{queryParam 'page' 1}} }`, headers: { 'Content-Type': 'application/json' } }, [`GET /${at}/products?page=${index}`]);
  route(`GET ${at}/products/:id`, { responses: [{ body: `{"id": "{{urlParam 'id'}}", "price": {{multiply ${index} 1.1}} }`, default: true }, { status: 404, body: 'gone', rules: [['params', 'id', 'equals', String(index)]] }], }, [`GET /${at}/products/${index}`], [`GET /${at}/products/x`]);
  route(`POST ${at}/orders`, { responses: [{ status: 400, body: `{{#if (bodyRaw 'name')}}name {{body 'name'}}{{else}}nameless{{/if}}`, default: true }, { status: 201, body: `{{#each (bodyRaw 'lines')}}{{@index}}:{{this.sku}} {{/each}}`, rules: [['body', 'lines', '!empty_array'], ['body', '$.lines[*].sku', 'array_includes', `s${index}`]], rulesOperator: 'AND' }] }, [`POST /${at}/orders`, { json: { lines: [{ sku: `s${index}` }] } }], [`POST /${at}/orders`, { json: { lines: [], name: 'n' } }]);
  route(`DELETE ${at}/orders/:id`, { status: index % 2 ? 204 : 200, body: "{{#switch (urlParam 'id')}}{{#case '1'}}first{{/case}}{{#default}}other{{/default}}{{/switch}}" }, [`DELETE /${at}/orders/${index % 3}`]);
}

// Rules: every target with every operator, plain and inverted.
const targets = { body: 'a', query: 'a', header: 'x-a', cookie: 'a', params: 'a', method: '', request_number: '', global_var: 'seen', data_bucket: 'settings.mode', templating: "{{queryParam 'a'}}", path: '' };
const operators = { equals: '1', regex: '^[1d]', regex_i: 'POST|1|D', null: '', empty_array: '', array_includes: '1', valid_json_schema: 'schema' };
for (const [target, modifier] of Object.entries(targets)) {
  const responses = Object.entries(operators).flatMap(([operator, value]) => [
    { body: `${operator} {{method}}`, rules: [[target, modifier, operator, value], ['query', 'o', 'equals', operator]], rulesOperator: 'AND' },
    { body: `not ${operator}`, rules: [[target, modifier, `!${operator}`, value], ['query', 'o', 'equals', `not-${operator}`]], rulesOperator: 'AND' },
  ]);
  const questions = Object.keys(operators).flatMap((operator, index) =>
    [operator, `not-${operator}`].map((name) => [`POST /rules/${target}/${index % 2 ? 1 : 'x'}?o=${name}&a=${index % 3 ? 1 : 2}`, { json: { a: [1, '1', [1], [], null, { b: 1 }, true][index] }, headers: { 'X-A': '1', Cookie: 'a=1' } }]),
  );
  route(`POST rules/${target}/:a`, { responses: [{ body: 'none', default: true }, ...responses] }, ...questions);
}
for (const [index, rules] of [['$.l[?(@.id>1)].n', 'equals', 'b'], ['$..n', 'array_includes', 'a'], ['l.0.n', 'regex', '^a$'], ['l.length', 'equals', '2'], ['$.none', 'null'], ["{{concat 'l' '.1.id'}}", 'equals', '{{add 1 1}}']].entries())
  route(`POST paths/${index}`, { responses: ['no', { body: 'yes', rules: [['body', ...rules]] }] }, [`POST /paths/${index}`, { json: { l: [{ id: 1, n: 'a' }, { id: 2, n: 'b' }] } }]);

// Response modes; FALLBACK goes on to the next route that matches.
for (const mode of ['SEQUENTIAL', 'DISABLE_RULES', 'FALLBACK']) {
  const responses = [{ body: `${mode} one` }, { body: `${mode} two`, rules: [['query', 'q', 'equals', '2']] }, { body: `${mode} three {{queryParam 'q'}}`, status: 203 }];
  route(`GET modes/${mode}`, { responseMode: mode, responses }, ...['', '?q=2', '?q=3', ''].map((query) => [`GET /modes/${mode}${query}`]));
}
route('GET modes/*', 'the next route', ['GET /modes/other']);

// Paths: parameters, optional ones, wildcards, patterns, all methods.
for (const [pattern, ...paths] of [['paths/:a/:b', 'paths/1/2', 'paths/a%20b/%C3%A9'], ['optional/:a?', 'optional', 'optional/1'], ['files-of/*', 'files-of/a/b', 'files-of/'], ['(a|b)c', 'ac', 'bc', 'cc'], ['x/:n(\\d+)', 'x/12', 'x/ab'], ['dash-:a.:b', 'dash-1.2']])
  route(`ALL ${pattern}`, '{{method}} {{{stringify (urlParams)}}}'.replace('(urlParams)', "(object a=(urlParam 'a') b=(urlParam 'b') n=(urlParam 'n'))"), ...paths.map((one) => [`GET /${one}`]));
for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS', 'PROPFIND', 'PROPPATCH', 'MOVE', 'COPY', 'MKCOL', 'LOCK', 'UNLOCK'])
  route(`${method} methods/one`, { body: `by ${method}`, headers: { 'X-Method': '{{method}}' } }, [`${method} /methods/one`]);

// Statuses, headers, content types.
for (const status of [200, 201, 202, 204, 205, 206, 301, 302, 304, 307, 400, 401, 403, 404, 405, 409, 410, 418, 422, 429, 500, 501, 502, 503, 504])
  route(`GET status/${status}`, { status, body: `{"status": ${status}}`, headers: { 'Content-Type': 'application/json', Location: '/elsewhere' } }, [`GET /status/${status}`], [`HEAD /status/${status}`]);
for (const [index, type] of ['text/plain', 'application/json', 'text/html; charset=latin1', 'application/problem+json', 'image/svg+xml', 'text/csv', 'application/x-own', 'TEXT/Plain', 'nonsense', "text/{{concat 'pl' 'ain'}}"].entries())
  route(`GET types/${index}`, { body: 'é {{method}}', headers: { 'Content-Type': type } }, [`GET /types/${index}`]);
for (const [index, headers] of [[['X-A', '1'], ['X-A', '2']], [['Set-Cookie', 'a=1'], ['Set-Cookie', 'b={{urlParam "x"}}']], [['X-Bad Name', '1'], ['X-Ok', "{{queryParam 'h'}}"]], [['X-Error', '{{#if}}']], [['ETag', '"v1"'], ['Cache-Control', 'max-age=1']], [['X-Environment', 'own']]].entries())
  route(`GET headers/${index}`, { body: 'b', headers }, [`GET /headers/${index}?h=%3Ca%3E`], [`GET /headers/${index}`, { headers: { 'If-None-Match': '"v1"' } }]);

// Bodies of requests, in all their types.
const DUMP = "{{{stringify (bodyRaw)}}}|{{{body 'a'}}}|{{body 'a.b' 'none'}}|{{{queryParam 'q'}}}";
for (const [index, question] of [{ json: { a: { b: 1 } } }, { form: 'a[b]=1&a[c][]=2&a[c][]=3' }, { headers: { 'Content-Type': 'application/xml' }, body: '<a x="1"><b>1</b><b>&eacute;</b></a>' }, { headers: { 'Content-Type': 'multipart/form-data; boundary=X' }, body: '--X\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n--X\r\nContent-Disposition: form-data; name="f"; filename="f.txt"\r\nContent-Type: text/plain\r\n\r\nhello\r\n--X--\r\n' }, { headers: { 'Content-Type': 'text/plain' }, body: 'just text' }, { headers: { 'Content-Type': 'application/json' }, body: '{broken' }, { headers: { 'Content-Type': 'application/vnd.api+json' }, body: '[1,2]' }].entries())
  route(`POST bodies/${index}`, DUMP, [`POST /bodies/${index}?q=a&q=b`, question]);

// State: buckets and variables, read and written.
for (const [index, text] of ["{{setData 'inc' 'settings' 'count'}}{{data 'settings' 'count'}}", "{{setData 'push' 'settings' 'list' (queryParam 'v')}}{{data 'settings' 'list'}}", "{{setGlobalVar 'seen' (queryParam 'v')}}{{getGlobalVar 'seen'}}", "{{setData 'merge' 'settings' 'o' (object k=1)}}{{data 'settings'}}", "{{data 'made'}}|{{data 'late'}}", "{{setData 'del' 'settings' 'list.0'}}{{data 'settings' 'list'}}", "{{setData 'invert' 'settings' 'on'}}{{data 'settings' 'on'}}"].entries())
  route(`GET state/${index}`, text, [`GET /state/${index}?v=1`], [`GET /state/${index}?v=2`]);
for (const bucket of ['settings', 'made', 'late', 'people']) route(`GET buckets/${bucket}`, { bucket }, [`GET /buckets/${bucket}?v=9`]);

// CRUD routes, each with its own bucket.
const data = { settings: { mode: 'dev', count: 1, list: [], on: true, o: {} }, schema: { type: ['number', 'string'] }, made: "{{#repeat 3}}{{@index}}{{/repeat}}", late: "{{queryParam 'v' 'nobody'}}" };
const person = (id) => ({ id, name: ['Ann', 'Bob', 'Cid', 'Dora', 'Eve'][id % 5], age: 20 + ((id * 7) % 11), tags: [`t${id % 3}`], address: { city: ['Rome', 'Oslo'][id % 2] } });
data.people = Array.from({ length: 12 }, (_, index) => person(index + 1));
for (let index = 0; index < 12; index += 1) {
  const name = `items${index}`;
  data[name] = Array.from({ length: index + 1 }, (_, item) => person(item + 1));
  const at = `/crud/${name}`;
  const queries = ['page=2&limit=3', 'sort=age&order=desc', 'search=rome', 'age_gte=22&age_lt=27', 'name_like=^a', 'address.city_eq=Oslo', 'tags_eq=t1', 'name_ne=Ann&limit=2', 'name_start=B', 'name_end=e', 'id_gt=3&sort=name', 'limit=0&page=1'];
  route(`CRUD crud/${name}`, { bucket: name, crudKey: index % 4 === 3 ? 'name' : 'id' }, [`GET ${at}`], [`GET ${at}?${queries[index]}`], [`GET ${at}/1`], [`GET ${at}/Bob`], [`POST ${at}`, { json: { id: 100, name: 'Zed' } }], [`PATCH ${at}/1`, { json: { age: 1 } }], [`PUT ${at}/100`, { json: { name: 'Zoe' } }], [`DELETE ${at}/1`], [`GET ${at}?sort=name`]);
}

// Files.
const files = { 'files/a.txt': 'hello {{method}}', 'files/a.json': '{"method": "{{method}}"}', 'files/a.svg': '<svg>{{method}}</svg>', 'files/a.bin': '0123456789', 'files/a.html': '<p>{{queryParam "q"}}</p>', 'files/broken.txt': 'x {{#if}}' };
for (const name of [...Object.keys(files), 'files/none.txt']) {
  const id = name.slice(6).replace('.', '-');
  route(`GET files/${id}`, { file: name }, [`GET /files/${id}?q=%3Cb%3E`], [`GET /files/${id}`, { headers: { Range: 'bytes=2-4' } }]);
  route(`GET attachments/${id}`, { file: `./${name}`, sendFileAsBody: false, disableTemplating: true }, [`GET /attachments/${id}`]);
}
route('GET files-by-name/*', { file: "./files/{{queryParam 'name'}}", fallbackTo404: true, body: 'no such file' }, ...['a.txt', 'none', '../environment.json', '....//a.txt', '%2Fetc%2Fpasswd'].map((name) => [`GET /files-by-name/x?name=${name}`]));

// Seeded values are the same in both servers.
for (const [index, method] of ["number.int", "number.float' fractionDigits=2 max=10 x='", 'string.uuid', "string.alphanumeric' 8 x='", 'datatype.boolean'].entries()) route(`GET faker/${index}`, `{{faker '${method}'}}`, [`GET /faker/${index}`]);

// Everything else goes to the other server.
ask('GET /elsewhere?x=1', { headers: { 'X-H': 'v' } });
ask('POST /elsewhere', { json: { a: 1 } });
ask('OPTIONS /elsewhere', { headers: { Origin: 'http://example.org' } });
ask('GET /api/v1');

// In folders, one of which is empty; what stands in none comes last.
const uuid = (number) => `f0000000-0000-4000-8000-${String(number).padStart(12, '0')}`;
const own = (index) => ({ type: 'route', uuid: `a0000000-0000-4000-8000-${String(index + 1).padStart(12, '0')}` });
const SIZE = 40;
const folders = Array.from({ length: Math.ceil(routes.length / SIZE) }, (_, index) => ({ uuid: uuid(index), name: `folder ${index}`, children: routes.slice(index * SIZE, (index + 1) * SIZE).map((_, place) => own(index * SIZE + place)) }));
folders.push({ uuid: uuid(99), name: 'empty', children: [] });

const environment = { endpointPrefix: PREFIX, cors: true, headers: { 'X-Environment': "{{concat 'large' 1}}", 'Access-Control-Allow-Origin': '*' }, proxyMode: true, proxyHost: 'http://127.0.0.1:$UPSTREAM', proxyReqHeaders: { 'X-Proxied': '{{method}}' }, proxyResHeaders: { 'X-By': 'proxy' }, data, callbacks, folders, rootChildren: folders.map((folder) => ({ type: 'folder', uuid: folder.uuid })), routes };
const document = new yaml.Document({ options: ['--faker-seed', '42'], files, environment, exchanges });
document.commentBefore = ` Everything at once; written by large.mjs: ${routes.length} routes, ${exchanges.length} exchanges.`;
const flow = (node) => {
  for (const item of node.items) {
    const value = item.value ?? item;
    if (value?.items) value.flow = true;
  }
};
flow(document.getIn(['environment', 'routes']));
flow(document.getIn(['environment']));
document.getIn(['environment', 'routes']).flow = false;
fs.writeFileSync(path.join(here, 'everyday/large.yaml'), document.toString({ lineWidth: 0, flowCollectionPadding: false, aliasDuplicateObjects: false }));
console.log(`${routes.length} routes, ${exchanges.length} exchanges`);

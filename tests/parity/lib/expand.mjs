// Expands the short form in which cases are written into a Mockoon environment.
// The same rules stand in tests/src/expand.rs; the table is in README.md.

const ROUTE_FIELDS = ['responses', 'responseMode', 'streamingMode', 'streamingInterval', 'documentation', 'uuid', 'wasmock'];

const uuid = (kind, number) =>
  `${kind}0000000-0000-4000-8000-${String(number).padStart(12, '0')}`;

const text = (value) => (typeof value === 'string' ? value : JSON.stringify(value));

const headers = (value) =>
  Array.isArray(value)
    ? value.map((item) => (Array.isArray(item) ? { key: item[0], value: item[1] } : item))
    : Object.entries(value).map(([key, value]) => ({ key, value }));

const rule = (value) => {
  if (!Array.isArray(value)) return value;
  const [target, modifier, operator, wanted = ''] = value;
  const invert = operator.startsWith('!');
  return { target, modifier, operator: invert ? operator.slice(1) : operator, value: text(wanted), invert };
};

const response = (value, number) => {
  if (typeof value === 'string') value = { body: value };
  const { status, file, bucket, ...rest } = value;
  const result = { uuid: uuid('b', number), ...rest };
  if (status !== undefined) result.statusCode = status;
  if (file !== undefined) Object.assign(result, { bodyType: 'FILE', filePath: file, sendFileAsBody: rest.sendFileAsBody ?? true });
  if (bucket !== undefined) Object.assign(result, { bodyType: 'DATABUCKET', databucketID: bucket });
  if (result.body !== undefined) result.body = text(result.body);
  if (result.headers) result.headers = headers(result.headers);
  if (result.rules) result.rules = result.rules.map(rule);
  return result;
};

const route = (value, number) => {
  const keys = Object.keys(value);
  let fields = value;
  let line = value.route;
  if (line === undefined && keys.length === 1) {
    line = keys[0];
    fields = value[line];
    if (typeof fields === 'string') fields = { responses: [fields] };
    else if (Array.isArray(fields)) fields = { responses: fields };
    else if (!ROUTE_FIELDS.some((field) => field in fields)) fields = { responses: [fields] };
  }
  if (line === undefined) return { uuid: uuid('a', number), ...value };
  const space = line.indexOf(' ');
  const word = space < 0 ? line : line.slice(0, space);
  const { route: _, ...rest } = fields;
  const type = { CRUD: 'crud', WS: 'ws' }[word] ?? 'http';
  const result = {
    uuid: uuid('a', number),
    type,
    method: type === 'http' ? word.toLowerCase() : '',
    endpoint: space < 0 ? '' : line.slice(space + 1),
    ...rest,
  };
  if (result.responses) {
    result.responses = result.responses.map((item, index) => response(item, number * 100 + index));
    if (result.responses.length && !result.responses.some((item) => 'default' in item)) result.responses[0].default = true;
  }
  return result;
};

const bucket = ([name, value], number) => ({
  uuid: uuid('d', number),
  id: name,
  name,
  value: text(value),
});

export const environment = (value, name, port) => {
  const result = { uuid: uuid('e', 1), lastMigration: 33, name, ...value, port };
  result.routes = (value.routes ?? []).map((item, index) => route(item, index + 1));
  for (const field of ['headers', 'proxyReqHeaders', 'proxyResHeaders']) {
    if (result[field]) result[field] = headers(result[field]);
  }
  if (value.data && !Array.isArray(value.data)) {
    result.data = Object.entries(value.data).map((entry, index) => bucket(entry, index + 1));
  }
  if (value.callbacks) {
    result.callbacks = value.callbacks.map((item) => (item.headers ? { ...item, headers: headers(item.headers) } : item));
  }
  if (!value.rootChildren && !value.folders) {
    result.rootChildren = result.routes.map((item) => ({ type: 'route', uuid: item.uuid }));
  }
  return result;
};

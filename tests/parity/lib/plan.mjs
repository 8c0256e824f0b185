// Makes up requests for an environment: every route, and every response whose rules are simple.

const CRUD = [['GET', ''], ['GET', '/1'], ['POST', ''], ['GET', '', { limit: 2, page: 1 }], ['GET', '', { search: 'a' }], ['PUT', '/1'], ['PATCH', '/1'], ['GET', ''], ['DELETE', '/1'], ['GET', '/1']];

/** A target that matches an endpoint; parameters take the given values, or made-up ones. */
const fill = (endpoint, values) =>
  endpoint
    .replace(/\\(.)/g, '$1')
    .replace(/:(\w+)(\([^)]*\))?[?+*]?/g, (_, name) => encodeURIComponent(values[name] ?? (/id$/i.test(name) ? '1' : name)))
    .replace(/\*\w*/g, 'any/thing')
    .replace(/[{}()]/g, '')
    .replace(/(\w)\?/g, '$1')
    .replace(/ /g, '%20');

const put = (target, dotted, value) => {
  const keys = dotted.replace(/^\$\.?/, '').split('.');
  let place = target;
  keys.slice(0, -1).forEach((key, index) => {
    place[key] ??= /^\d+$/.test(keys[index + 1]) ? [] : {};
    place = place[key];
  });
  if (typeof place === 'object') place[keys.at(-1)] = value;
};

const scalar = (text) => (/^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text === 'true' ? true : text === 'false' ? false : text);

/** A text that a simple regular expression matches, or the expression itself. */
const matching = (pattern) => pattern.replace(/^\^|\$$/g, '').replace(/\\d[+*]?/g, '1').replace(/\\w[+*]?|\.[+*]/g, 'a').replace(/\[([^\]])[^\]]*\][+*]?/g, '$1').replace(/\((?:\?:)?([^|)]*)[^)]*\)[?+*]?/g, '$1').split('|')[0].replace(/\\(.)/g, '$1');

/** One request that satisfies the rules of a response as far as they can be satisfied. */
const satisfy = (rules, operator) => {
  const request = { query: {}, headers: {}, cookies: {}, params: {}, body: null };
  for (const rule of operator === 'AND' ? rules : rules.slice(0, 1)) {
    if (rule.invert || rule.operator === 'null' || rule.operator === 'valid_json_schema') continue;
    let value = rule.operator.startsWith('regex') ? matching(rule.value) : rule.value;
    if (rule.operator === 'empty_array') value = [];
    if (rule.operator === 'array_includes') value = [scalar(rule.value)];
    if (/\{\{/.test(String(value)) || /\{\{/.test(rule.modifier)) continue;
    if (rule.target === 'query') request.query[rule.modifier] = value;
    else if (rule.target === 'header' && rule.modifier) request.headers[rule.modifier] = String(value).replace(/[\r\n]/g, ' ');
    else if (rule.target === 'cookie' && rule.modifier) request.cookies[rule.modifier] = value;
    else if (rule.target === 'params') request.params[rule.modifier] = value;
    else if (rule.target === 'body' && rule.modifier) {
      request.body ??= {};
      if (typeof request.body === 'object') put(request.body, rule.modifier, typeof value === 'string' ? scalar(value) : value);
    } else if (rule.target === 'body') request.body = value;
  }
  return request;
};

/** The exchanges, in the order of the routes. */
export const plan = (environment) => {
  const requests = [];
  const prefix = environment.endpointPrefix ? `/${environment.endpointPrefix}`.replace(/\/+/g, '/').replace(/\/$/, '') : '';
  const add = (method, endpoint, wish = {}) => {
    const query = Object.entries(wish.query ?? {}).map(([key, value]) => [value].flat().map((one) => `${encodeURIComponent(key).replace(/%5B/g, '[').replace(/%5D/g, ']')}=${encodeURIComponent(one)}`).join('&'));
    let target = fill(`${prefix}/${endpoint}`, wish.params ?? {}).replace(/\/{2,}/g, '/');
    if (query.length) target += (target.includes('?') ? '&' : '?') + query.join('&');
    const headers = { ...wish.headers };
    const cookies = Object.entries(wish.cookies ?? {}).map(([key, value]) => `${key}=${encodeURIComponent(value)}`);
    if (cookies.length) headers.Cookie = cookies.join('; ');
    const request = { request: `${method} ${target}`, headers };
    if (wish.body !== null && wish.body !== undefined) {
      if (typeof wish.body === 'string') request.body = wish.body;
      else request.json = wish.body;
    } else if (['POST', 'PUT', 'PATCH'].includes(method)) request.json = { name: 'made up', id: 1, list: [1, 2] };
    // The path may not survive as a request line.
    if (!/[^\x21-\x7e]/.test(target)) requests.push(request);
  };
  for (const route of environment.routes ?? []) {
    if (route.type === 'ws') continue;
    const endpoint = String(route.endpoint ?? '');
    if (route.type === 'crud') for (const [method, rest, query] of CRUD) add(method, `${endpoint}${rest}`, { query });
    else {
      const method = (route.method || 'get').toUpperCase().replace('ALL', 'PATCH');
      add(method, endpoint);
      for (const response of route.responses ?? []) {
        if (response.rules?.length) add(method, endpoint, satisfy(response.rules, response.rulesOperator));
      }
      if (route.responseMode === 'SEQUENTIAL') for (const _ of route.responses) add(method, endpoint);
    }
  }
  requests.push({ request: 'GET /surely/unknown', headers: {} }, { request: `OPTIONS ${prefix}/anything`, headers: { Origin: 'https://example.org' } });
  return requests;
};

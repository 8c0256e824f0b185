// Compares two answers. tests/src/judge.rs does the same for the test suite; README.md describes the judges.

const shape = (value) => {
  if (Array.isArray(value)) return [...new Set(value.map((item) => JSON.stringify(shape(item))))].sort();
  if (value && typeof value === 'object') return Object.fromEntries(Object.keys(value).sort().map((key) => [key, shape(value[key])]));
  return value === null ? 'null' : typeof value;
};

const jsonShape = (text) => {
  try {
    return JSON.stringify(shape(JSON.parse(text)));
  } catch {
    return null;
  }
};

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

const masked = (text) => text.replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, 'UUID').replace(/\b\d{13}\b/g, 'MILLISECONDS');

/** What a template error shows of the template, and what it expected there, is each server's own. */
const beginning = (text) => text.match(/^.{0,80}?(?:Parse|Lexical) error on line \d+/)?.[0] ?? text;

/** Whether `got` is as good as `wanted` under the judge; both are texts or {base64}. */
export const same = (judge, wanted, got) => {
  if (judge === 'ignore') return true;
  if (typeof wanted !== 'string' || typeof got !== 'string') return JSON.stringify(wanted) === JSON.stringify(got);
  if (judge === undefined || judge === 'exact') return beginning(wanted) === beginning(got);
  if (judge === 'uuid') return UUID.test(got);
  if (judge === 'number') return got.trim() !== '' && Number.isFinite(Number(got));
  if (judge === 'json') return jsonShape(got) !== null && JSON.stringify(JSON.parse(wanted)) === JSON.stringify(JSON.parse(got));
  if (judge === 'masked') return masked(wanted) === masked(got);
  if (judge === 'json-shape') return jsonShape(wanted) !== null && jsonShape(wanted) === jsonShape(got);
  if (judge.startsWith('starts:')) return got.startsWith(judge.slice(7).trimStart());
  if (judge.startsWith('regex:')) return new RegExp(`^(?:${judge.slice(6).trim()})$`, 's').test(got);
  throw new Error(`unknown judge: ${judge}`);
};

const lower = (headers = {}) => Object.fromEntries(Object.entries(headers).map(([key, value]) => [key.toLowerCase(), [value].flat()]));

/** What differs between two recorded answers, in words; an empty list when nothing does. */
export const differences = (judge = {}, wanted, got) => {
  const found = [];
  if (wanted.none || got.none) {
    if (!wanted.none !== !got.none) found.push(`answer: wanted ${JSON.stringify(wanted)}, got ${JSON.stringify(got)}`);
    return found;
  }
  if (judge.status !== 'ignore' && wanted.status !== got.status) found.push(`status: wanted ${wanted.status}, got ${got.status}`);
  const left = lower(wanted.headers);
  const right = lower(got.headers);
  const ignored = new Set((judge.ignore ?? []).map((name) => name.toLowerCase()));
  const judges = Object.fromEntries(Object.entries(judge.headers ?? {}).map(([key, value]) => [key.toLowerCase(), value]));
  for (const name of new Set([...Object.keys(left), ...Object.keys(right)])) {
    if (ignored.has(name) || (name === 'content-length' && judge.body)) continue;
    const a = left[name] ?? [];
    const b = right[name] ?? [];
    if (a.length !== b.length || a.some((value, index) => !same(judges[name], value, b[index]))) {
      found.push(`header ${name}: wanted ${JSON.stringify(a)}, got ${JSON.stringify(b)}`);
    }
  }
  if (got.framing && got.framing !== wanted.framing) found.push(`framing: ${got.framing}`);
  if (!same(judge.body, wanted.body, got.body)) found.push(`body: wanted ${JSON.stringify(wanted.body)}, got ${JSON.stringify(got.body)}`);
  return found;
};

/** The same for everything one exchange gives: answer, frames, requests that reached the upstream. */
export const compare = (exchange, wanted, got) => {
  const found = [];
  if (!wanted.answer !== !got.answer) found.push("never recorded");
  else if (wanted.answer) found.push(...differences(exchange.judge, wanted.answer, got.answer));
  (wanted?.answers ?? []).forEach((frames, step) => {
    const judge = exchange.conversation[step].judge;
    const other = got.answers?.[step] ?? [];
    if (frames.length !== other.length || frames.some((frame, index) => !same(judge, frame, other[index]))) {
      found.push(`step ${step + 1}: wanted ${JSON.stringify(frames)}, got ${JSON.stringify(other)}`);
    }
  });
  if (wanted?.received) {
    const strip = (list) =>
      JSON.stringify(list.map((item) => ({ ...item, headers: Object.fromEntries(Object.entries(item.headers).filter(([key]) => !exchange.judge?.ignore?.includes(key)).sort()), body: exchange.judge?.body === 'ignore' ? '' : item.body })));
    if (strip(wanted.received) !== strip(got.received)) found.push(`upstream: wanted ${JSON.stringify(wanted.received)}, got ${JSON.stringify(got.received)}`);
  }
  return found;
};

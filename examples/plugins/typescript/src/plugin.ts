// The role: a table of helpers, told to the host in the shape of the contract.
import type { Value } from 'wasmock:host/types@0.1.0';
import type * as contract from 'wasmock:plugin/helpers@0.1.0';
import * as random from 'wasmock:host/random@0.1.0';
import { iban, range, slug } from './format.js';

interface Row {
  name: string;
  usage: string;
  about: string;
  effects?: contract.Effects;
  block?: boolean;
  run(args: Value[], named: Map<string, Value>): Value;
}

const rows: Row[] = [
  {
    name: 'slug',
    usage: 'text',
    about: 'A text as it stands in an address.',
    run: ([text]) => ({ tag: 'text', val: slug(print(text)) }),
  },
  {
    name: 'iban',
    usage: '[country] [length=18]',
    about: 'A random bank account number with correct check digits.',
    effects: { drawsRandom: true },
    run([country], named) {
      const digits = Math.min(Math.max(number(named.get('length'), 18), 1), 30);
      let account = '';
      while (account.length < digits) account += BigInt(random.bits()).toString().slice(1, 16);
      return { tag: 'text', val: iban(print(country) || 'DE', account.slice(0, digits)) };
    },
  },
  {
    name: 'range',
    usage: 'from to [step=1]',
    about: 'Renders its block for each number.',
    block: true,
    run: ([from, to], named) => ({
      tag: 'json',
      val: JSON.stringify(range(number(from, 0), number(to, 0), number(named.get('step'), 1))),
    }),
  },
];

export const helpers: typeof contract = {
  list: () =>
    rows.map(({ name, usage, about, effects = {}, block = false }) => ({
      name,
      usage,
      about,
      block,
      // A flag that is left out is not set; the contract wants to see all of them.
      effects: { readsExchange: false, writesState: false, drawsRandom: false, ...effects },
    })),
  call(index, args, named) {
    const row = rows[index];
    if (!row) throw `there is no helper ${index}`;
    return row.run(args, new Map(named));
  },
};

function print(value: Value | undefined): string {
  switch (value?.tag) {
    case undefined:
    case 'undefined':
    case 'null':
      return '';
    case 'reference':
      throw 'a text is needed, not a list or an object';
    default:
      return String(value?.val);
  }
}

function number(value: Value | undefined, otherwise: number): number {
  const text = print(value);
  const found = text === '' ? otherwise : Number(text);
  if (Number.isNaN(found)) throw `\`${text}\` is no number`;
  return found;
}

// Two helpers for templates: `{{slug text}}` and `{{dice sides=6}}`.
import type { Value } from 'wasmock:host/types@0.1.0';
import type * as contract from 'wasmock:plugin/helpers@0.1.0';
import * as random from 'wasmock:host/random@0.1.0';

// A helper that draws numbers or reads the request says so; others may be called once at load.
const plain = { readsExchange: false, writesState: false, drawsRandom: false };

interface Row extends Omit<contract.Helper, 'block'> {
  run(args: Value[], named: Map<string, Value>): Value;
}

const table: Row[] = [
  {
    name: 'slug',
    usage: 'text',
    about: 'A text as a part of an address.',
    effects: plain,
    run: ([text]) => slug(text && 'val' in text ? String(text.val) : ''),
  },
  {
    name: 'dice',
    usage: '[sides=6]',
    about: 'A number from 1 to 6.',
    effects: { ...plain, drawsRandom: true },
    run: (_arguments, named) => {
      const sides = named.get('sides');
      return dice(sides?.tag === 'number' ? sides.val : 6);
    },
  },
];

function slug(text: string): Value {
  return { tag: 'text', val: (text.toLowerCase().match(/[a-z0-9]+/g) ?? []).join('-') };
}

function dice(sides: number): Value {
  if (!(sides >= 1)) throw 'dice: a die has at least one side';
  // `>>> 0`: QuickJS hands 32 bits over with a sign.
  return { tag: 'number', val: ((random.draw() >>> 0) % Math.trunc(sides)) + 1 };
}

export const helpers: typeof contract = {
  list: () => table.map(({ run, ...described }) => ({ block: false, ...described })),
  call(index, args, named) {
    const row = table[index];
    if (!row) throw `there is no helper ${index}`;
    return row.run(args, new Map(named));
  },
};

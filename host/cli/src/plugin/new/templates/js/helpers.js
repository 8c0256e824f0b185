// Two helpers for templates: `{{slug text}}` and `{{dice sides=6}}`.
import * as random from 'wasmock:host/random@0.1.0';

// A helper that draws numbers or reads the request says so; others may be called once at load.
const plain = { readsExchange: false, writesState: false, drawsRandom: false };

const table = [
  {
    name: 'slug',
    usage: 'text',
    about: 'A text as a part of an address.',
    effects: plain,
    run: ([text]) => slug(String(text?.val ?? '')),
  },
  {
    name: 'dice',
    usage: '[sides=6]',
    about: 'A number from 1 to 6.',
    effects: { ...plain, drawsRandom: true },
    run: (_arguments, named) => dice(Number(named.get('sides')?.val ?? 6)),
  },
];

function slug(text) {
  return { tag: 'text', val: (text.toLowerCase().match(/[a-z0-9]+/g) ?? []).join('-') };
}

function dice(sides) {
  if (!(sides >= 1)) throw 'dice: a die has at least one side';
  // `>>> 0`: QuickJS hands 32 bits over with a sign.
  return { tag: 'number', val: ((random.draw() >>> 0) % Math.trunc(sides)) + 1 };
}

export const helpers = {
  list: () => table.map(({ run, ...described }) => ({ block: false, ...described })),
  call: (index, args, named) => table[index].run(args, new Map(named)),
};

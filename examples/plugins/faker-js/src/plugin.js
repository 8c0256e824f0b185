// The helper `faker`, made by faker.js itself. A plugin's helper goes before the built-in one of
// the same name, so nothing else changes in the environment.
import { base, de, en, es, Faker, FakerError, fr } from '@faker-js/faker';
import * as documents from 'wasmock:host/documents@0.1.0';
import * as random from 'wasmock:host/random@0.1.0';
import { fromObjectText, pathOf } from './arguments.js';

// faker's own generator would live and die with an instance. The host has the same one, one
// sequence for the whole environment: with `--faker-seed` the values are Mockoon's.
const randomizer = {
  next: () => ((random.draw() >>> 5) * 67108864 + (random.draw() >>> 6)) / 9007199254740992,
  seed() {},
};

// All of faker's 70 locales make a component of 37 MB; add those you need.
const locales = { de, en, es, fr };
let faker;

function localFaker() {
  return (faker ??= new Faker({ locale: [locales[random.locale()] ?? en, en, base], randomizer }));
}

export const helpers = {
  list: () => [
    {
      name: 'faker',
      usage: "'module.method' [argument]… [option=value]…",
      about: 'Fake data from faker.js 9.9.',
      effects: { readsExchange: false, writesState: false, drawsRandom: true },
      block: false,
    },
  ],
  call(_index, [name, ...positional], named) {
    const [module, method] = pathOf(name);
    const fake = localFaker()[module]?.[method];
    if (!fake) {
      throw `${module}.${method} is not a valid Faker method (valid: "location.zipCode", "date.past", etc)`;
    }
    const args = positional.map((value) => {
      const isObject = value.tag === 'text' && /^\{[^]*\}$/.test(value.val);
      return isObject ? fromObjectText(value.val) : fromValue(value);
    });
    if (named.length > 0) {
      args.push(Object.fromEntries(named.map(([key, value]) => [key, fromValue(value)])));
    }
    try {
      return toValue(fake(...args));
    } catch (error) {
      if (error instanceof FakerError) return { tag: 'text', val: '' };
      throw String(error?.message ?? error);
    }
  },
};

function fromValue(value) {
  switch (value.tag) {
    case 'undefined':
      return undefined;
    case 'null':
      return null;
    case 'json':
      return JSON.parse(value.val);
    case 'reference':
      return JSON.parse(documents.toText(value.val));
    default:
      return value.val;
  }
}

function toValue(result) {
  switch (typeof result) {
    case 'undefined':
      return { tag: 'undefined' };
    case 'boolean':
      return { tag: 'boolean', val: result };
    case 'number':
      return { tag: 'number', val: result };
    case 'object':
      if (result === null) return { tag: 'null' };
      if (!(result instanceof Date)) return { tag: 'json', val: JSON.stringify(result) };
  }
  return { tag: 'text', val: String(result) };
}

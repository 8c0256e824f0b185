// What is measured, in JavaScript.
import * as answer from 'wasmock:host/answer@0.1.0';
import * as exchange from 'wasmock:host/exchange@0.1.0';
import * as sessionState from 'wasmock:host/session-state@0.1.0';

export const responder = {
  // About 1 KB of JSON: a text with a value put in, or objects.
  respond() {
    answer.setHeader('Content-Type', 'application/json');
    const kind = exchange.header('x-kind');
    if (kind === 'text') {
      answer.writeText(`{"kind":"${kind}","words":"${'word '.repeat(200)}"}`);
      return;
    }
    const items = [];
    for (let id = 0; id < 14; id++) {
      items.push({ id, name: `a thing with number ${id}`, price: id * 1.25, tags: ['new', 'sale'] });
    }
    answer.writeText(JSON.stringify(items));
  },
};

export const predicate = {
  // One header and one field of the body.
  test: () => exchange.header('x-kind') === 'order' && exchange.bodyAt('id').val === '42',
};

const effects = { readsExchange: false, writesState: false, drawsRandom: false };

export const helpers = {
  list: () => [
    { name: 'nothing', effects, block: false, usage: '', about: 'Nothing.' },
    { name: 'capitals', effects, block: false, usage: 'text', about: 'A text in capitals.' },
  ],
  call: (index, [text]) =>
    index === 0 ? { tag: 'undefined' } : { tag: 'text', val: text.val.toUpperCase() },
};

export const session = {
  opened: () => undefined,
  message: () => undefined,
  tick() {
    const [low = 0, high = 0] = sessionState.get();
    const count = low + high * 256 + 1;
    sessionState.set(Uint8Array.of(count & 255, count >> 8));
    answer.send({ tag: 'text', val: String(count) });
    return 1000;
  },
  closed(_code) {},
};

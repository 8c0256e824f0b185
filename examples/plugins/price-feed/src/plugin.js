// A session: what happens on one connection. Between two events nothing stays here; the feed's
// state is a few bytes in the host, so any instance serves the next event.
import * as answer from 'wasmock:host/answer@0.1.0';
import * as configuration from 'wasmock:host/configuration@0.1.0';
import * as exchange from 'wasmock:host/exchange@0.1.0';
import * as random from 'wasmock:host/random@0.1.0';
import * as sessionState from 'wasmock:host/session-state@0.1.0';
import { receive, start, step } from './feed.js';

// Each function answers in how many milliseconds to call `tick`; with undefined, `message` leaves a
// tick asked for before as it is, and the others ask for none.
export const session = {
  opened() {
    const { symbols } = usage();
    send({ type: 'welcome', symbols: Object.keys(symbols) });
    save(start(symbols));
    return undefined;
  },
  message() {
    const frame = exchange.message();
    const feed = load();
    const text = frame?.tag === 'text' ? frame.val : '';
    const ticking = feed.subscribed.length > 0;
    send(receive(feed, text));
    save(feed);
    return !ticking && feed.subscribed.length > 0 ? usage().interval : undefined;
  },
  tick() {
    const { interval, volatility } = usage();
    const feed = load();
    for (const update of step(feed, volatility, chance)) send(update);
    save(feed);
    return feed.subscribed.length > 0 ? interval : undefined;
  },
  closed(_code) {},
};

function usage() {
  return { interval: 1000, volatility: 0.01, symbols: {}, ...JSON.parse(configuration.usage()) };
}

// Between 0 and 1, from the host: with a seed every client sees the same walk.
function chance() {
  return Number(random.bits()) / 2 ** 64;
}

function send(message) {
  answer.send({ tag: 'text', val: JSON.stringify(message) });
}

// Bytes are an array of numbers to the contract. JSON in ASCII is enough for symbols and prices.
function load() {
  return JSON.parse(String.fromCharCode(...sessionState.get()));
}

function save(feed) {
  const ascii = JSON.stringify(feed).replace(/[\u0080-\uffff]/g, (c) => {
    return '\\u' + c.charCodeAt(0).toString(16).padStart(4, '0');
  });
  sessionState.set(Uint8Array.from(ascii, (c) => c.charCodeAt(0)));
}

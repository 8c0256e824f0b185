// A countdown over a WebSocket: send a number, and it counts down once a second.
import * as answer from 'wasmock:host/answer@0.1.0';
import * as exchange from 'wasmock:host/exchange@0.1.0';
import * as sessionState from 'wasmock:host/session-state@0.1.0';
import type * as contract from 'wasmock:plugin/session@0.1.0';

// Each function answers in how many milliseconds to call `tick`; with undefined, `message` leaves a
// tick asked for before as it is, and the others ask for none.
export const session: typeof contract = {
  opened() {
    send('send me a number');
    return undefined;
  },
  message() {
    const frame = exchange.message();
    const number = frame?.tag === 'text' ? Number(frame.val) : NaN;
    if (Number.isInteger(number) && number >= 1 && number <= 100) return count(number);
    send('that is no number from 1 to 100');
    return undefined;
  },
  tick() {
    // Between two events a connection's state is bytes in the host.
    const [left = 0] = sessionState.get();
    return count(left);
  },
  closed() {},
};

function count(left: number): number | undefined {
  if (left === 0) {
    send('go');
    answer.close(1000, 'done');
    return undefined;
  }
  send(String(left));
  sessionState.set(Uint8Array.of(left - 1));
  return 1000;
}

function send(text: string): void {
  answer.send({ tag: 'text', val: text });
}

// Greets whoever asks, and counts the visits.
import * as answer from 'wasmock:host/answer@0.1.0';
import * as configuration from 'wasmock:host/configuration@0.1.0';
import * as exchange from 'wasmock:host/exchange@0.1.0';
import * as log from 'wasmock:host/log@0.1.0';
import * as privateState from 'wasmock:host/private-state@0.1.0';

export const responder = {
  respond() {
    // What the response in the environment file says beside the plugin's name.
    const { greeting = 'Hello' } = JSON.parse(configuration.usage());
    const name = exchange.queryAt('name').val ?? 'world';
    // State belongs to the host: any instance may serve the next request.
    const visits = privateState.increment('visits', '', 1);
    log.write('info', `greeted ${name}`);
    answer.setHeader('Content-Type', 'application/json; charset=utf-8');
    answer.writeText(JSON.stringify({ text: `${greeting}, ${name}!`, visits }));
  },
};

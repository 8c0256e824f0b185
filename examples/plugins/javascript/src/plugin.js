// The roles of the plugin. What they need from the host is imported by its name in the
// contract; each function is about the call in progress.
import * as answer from 'wasmock:host/answer@0.1.0';
import * as clock from 'wasmock:host/clock@0.1.0';
import * as exchange from 'wasmock:host/exchange@0.1.0';
import * as privateState from 'wasmock:host/private-state@0.1.0';
import * as random from 'wasmock:host/random@0.1.0';
import * as rule from 'wasmock:host/rule@0.1.0';
import { read, sign } from './token.js';

// The configuration is the same for every call of an instance, so it may stay in a variable.
// What changes may not: instances come and go. It goes to the host (private-state below).
let settings;

export const lifecycle = {
  describe: () => ({
    name: 'login',
    version: '0.1.0',
    about: 'A mock login: signed tokens that are renewed, and a rule that checks them.',
  }),
  configure(json) {
    settings = { ttl: 300, ...JSON.parse(json) };
    if (!settings.secret || !settings.users) {
      throw 'login needs a configuration with "secret" and "users"';
    }
  },
};

export const responder = {
  respond() {
    answer.setHeader('Content-Type', 'application/json');
    const body = JSON.parse(exchange.bodyText() || '{}');
    const user = body.refresh_token ? spend(body.refresh_token) : check(body);
    if (!user) {
      answer.setStatus(401);
      answer.writeText(JSON.stringify({ error: 'invalid_grant' }));
      return;
    }
    answer.writeText(JSON.stringify(issue(user)));
  },
};

// Holds when the target (a header) is a token of ours; the rule's value names a role it needs.
export const predicate = {
  test() {
    const target = rule.target();
    const token = target.tag === 'text' ? target.val.replace(/^Bearer /, '') : '';
    const claims = read(token, settings.secret, clock.now());
    const role = rule.expected();
    return claims !== undefined && (role === '' || claims.roles.includes(role));
  },
};

function check({ username, password }) {
  const known = settings.users[username];
  return known && known.password === password ? username : undefined;
}

// A refresh token can be spent once. `delete` is atomic, but two calls could both read before
// one deletes; `compareAndSet` lets only one of them through.
function spend(id) {
  if (!/^[0-9a-f]{16}$/.test(id)) return undefined;
  const version = privateState.version(id);
  const owner = privateState.get(id, '');
  if (owner.tag !== 'text') return undefined;
  try {
    privateState.compareAndSet(id, '', version, { tag: 'undefined' });
  } catch {
    return undefined; // somebody was faster
  }
  return owner.val;
}

function issue(user) {
  // A number in QuickJS, a BigInt in other engines.
  const refresh = BigInt(random.bits()).toString(16).padStart(16, '0').slice(0, 16);
  privateState.set(refresh, '', { tag: 'text', val: user });
  const now = Math.floor(clock.now() / 1000);
  const claims = {
    sub: user,
    roles: settings.users[user].roles ?? [],
    iat: now,
    exp: now + settings.ttl,
  };
  return {
    access_token: sign(claims, settings.secret),
    token_type: 'Bearer',
    expires_in: settings.ttl,
    refresh_token: refresh,
  };
}

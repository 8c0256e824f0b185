// The feed itself. Nothing here knows of the host, so plain Node can test it.

export function start(symbols) {
  return { prices: { ...symbols }, subscribed: [] };
}

// Takes one message of the client, answers with one.
export function receive(feed, text) {
  let message;
  try {
    message = JSON.parse(text);
  } catch {
    return { type: 'error', reason: 'that is no JSON' };
  }
  const symbol = message?.symbol;
  if (!Object.hasOwn(feed.prices, symbol)) {
    return { type: 'error', reason: `there is no symbol ${symbol}` };
  }
  const others = feed.subscribed.filter((known) => known !== symbol);
  switch (message.type) {
    case 'subscribe':
      feed.subscribed = [...others, symbol];
      return { type: 'subscribed', symbol, price: feed.prices[symbol] };
    case 'unsubscribe':
      feed.subscribed = others;
      return { type: 'unsubscribed', symbol };
    default:
      return { type: 'error', reason: 'type is subscribe or unsubscribe' };
  }
}

// One step of a random walk for each symbol that is subscribed.
export function step(feed, volatility, chance) {
  return feed.subscribed.map((symbol) => {
    const before = feed.prices[symbol];
    const moved = before * (1 + (chance() * 2 - 1) * volatility);
    const price = Math.max(0.01, Math.round(moved * 100) / 100);
    feed.prices[symbol] = price;
    return { type: 'price', symbol, price, change: Math.round((price - before) * 100) / 100 };
  });
}

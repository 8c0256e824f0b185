// What the helpers compute. Nothing here knows of the host, so plain Node can test it.

export function slug(text: string): string {
  return text
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');
}

// ISO 13616: the check digits make the whole, read as a number, 1 modulo 97.
export function iban(country: string, account: string): string {
  if (!/^[A-Z]{2}$/.test(country)) throw `\`${country}\` is no country code`;
  const digits = [...`${account}${country}00`].map((c) => parseInt(c, 36)).join('');
  const check = 98n - (BigInt(digits) % 97n);
  return `${country}${check.toString().padStart(2, '0')}${account}`;
}

export function range(from: number, to: number, step: number): number[] {
  const length = Math.floor((to - from) / step) + 1;
  if (!(length > 0)) return [];
  if (length > 10_000) throw 'range makes 10,000 numbers at most';
  return Array.from({ length }, (_, index) => from + index * step);
}

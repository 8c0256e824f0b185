// Holds when the rule's target is a card number with the right check digit (Luhn).
import * as rule from 'wasmock:host/rule@0.1.0';
import type * as contract from 'wasmock:plugin/predicate@0.1.0';

export const predicate: typeof contract = {
  test() {
    const target = rule.target();
    return target.tag === 'text' && isCardNumber(target.val);
  },
};

function isCardNumber(text: string): boolean {
  const digits = text.replaceAll(' ', '');
  if (!/^[0-9]{12,}$/.test(digits)) return false;
  let sum = 0;
  for (const [place, digit] of [...digits].reverse().entries()) {
    const number = Number(digit) * (1 + (place % 2));
    sum += number > 9 ? number - 9 : number;
  }
  return sum % 10 === 0;
}

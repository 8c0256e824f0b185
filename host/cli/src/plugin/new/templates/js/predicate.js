// Holds when the rule's target is a card number with the right check digit (Luhn).
import * as rule from 'wasmock:host/rule@0.1.0';

export const predicate = {
  test() {
    return isCardNumber(String(rule.target().val ?? ''));
  },
};

function isCardNumber(text) {
  const digits = text.replaceAll(' ', '');
  if (!/^[0-9]{12,}$/.test(digits)) return false;
  let sum = 0;
  for (const [place, digit] of [...digits].reverse().entries()) {
    const number = Number(digit) * (1 + (place % 2));
    sum += number > 9 ? number - 9 : number;
  }
  return sum % 10 === 0;
}

"""Holds when the rule's target is a card number with the right check digit (Luhn)."""

from wit_world import exports
from wit_world.imports import rule


class Predicate(exports.Predicate):
    def test(self) -> bool:
        return is_card_number(str(getattr(rule.target(), "value", "")))


def is_card_number(text: str) -> bool:
    text = text.replace(" ", "")
    if len(text) < 12 or not (text.isascii() and text.isdigit()):
        return False
    digits = [int(digit) for digit in reversed(text)]
    doubled = [sum(divmod(digit * 2, 10)) for digit in digits[1::2]]
    return (sum(digits[::2]) + sum(doubled)) % 10 == 0

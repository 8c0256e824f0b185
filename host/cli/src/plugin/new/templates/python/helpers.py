"""Two helpers for templates: `{{slug text}}` and `{{dice sides=6}}`."""

import re

from componentize_py_types import Err
from wit_world import exports
from wit_world.exports.helpers import Helper
from wit_world.imports import random
from wit_world.imports.types import Effects, Value, Value_Number, Value_Text


class Helpers(exports.Helpers):
    def list(self) -> list[Helper]:
        # A helper that draws numbers or reads the request says so; others may be called once at
        # load.
        return [
            Helper("slug", Effects(0), False, "text", "A text as a part of an address."),
            Helper("dice", Effects.DRAWS_RANDOM, False, "[sides=6]", "A number from 1 to 6."),
        ]

    def call(self, index: int, arguments: list[Value], named: list[tuple[str, Value]]) -> Value:
        if index == 0:
            return slug(str(getattr(arguments[0], "value", "")) if arguments else "")
        return dice(int(getattr(dict(named).get("sides"), "value", 6)))


def slug(text: str) -> Value:
    return Value_Text("-".join(re.findall("[a-z0-9]+", text.lower())))


def dice(sides: int) -> Value:
    if sides < 1:
        raise Err("dice: a die has at least one side")
    return Value_Number(float(random.draw() % sides + 1))

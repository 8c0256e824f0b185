"""What is measured, in Python."""

import json
from typing import Optional

from wit_world import exports
from wit_world.exports.helpers import Helper
from wit_world.imports import answer, exchange, session_state
from wit_world.imports.types import Effects, Frame_Text, Value, Value_Text, Value_Undefined


class Responder(exports.Responder):
    def respond(self) -> None:
        """About 1 KB of JSON: a text with a value put in, or objects."""
        answer.set_header("Content-Type", "application/json")
        kind = exchange.header("x-kind")
        if kind == "text":
            words = "word " * 200
            answer.write_text(f'{{"kind":"{kind}","words":"{words}"}}')
            return
        items = [
            {"id": id, "name": f"a thing with number {id}", "price": id * 1.25, "tags": ["new", "sale"]}
            for id in range(14)
        ]
        answer.write_text(json.dumps(items))


class Predicate(exports.Predicate):
    def test(self) -> bool:
        """One header and one field of the body."""
        return exchange.header("x-kind") == "order" and exchange.body_at("id") == Value_Text("42")


class Helpers(exports.Helpers):
    def list(self) -> list[Helper]:
        return [
            Helper("nothing", Effects(0), False, "", "Nothing."),
            Helper("capitals", Effects(0), False, "text", "A text in capitals."),
        ]

    def call(self, index: int, arguments: list[Value], named: list[tuple[str, Value]]) -> Value:
        return Value_Undefined() if index == 0 else Value_Text(arguments[0].value.upper())


class Session(exports.Session):
    def opened(self) -> Optional[int]:
        return None

    def message(self) -> Optional[int]:
        return None

    def tick(self) -> Optional[int]:
        count = int.from_bytes(session_state.get(), "little") + 1
        session_state.set(count.to_bytes(4, "little"))
        answer.send(Frame_Text(str(count)))
        return 1000

    def closed(self, code: int) -> None:
        pass

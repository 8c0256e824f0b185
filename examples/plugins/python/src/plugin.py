"""The roles of the plugin. A class per role, named like it; `wit_world` is the contract."""

import json
from typing import Any

from componentize_py_types import Err
from wit_world import exports
from wit_world.exports.helpers import Helper
from wit_world.imports import answer, buckets, configuration, documents, exchange
from wit_world.imports.types import (
    Effects,
    Failure_NotFound,
    Value,
    Value_Json,
    Value_Reference,
    Value_Text,
    Value_Undefined,
)

import report


class Responder(exports.Responder):
    def respond(self) -> None:
        """Sums up a data bucket: as JSON, or as CSV with `?format=csv`."""
        usage = json.loads(configuration.usage())
        try:
            rows = plain(buckets.get(usage["bucket"], ""))
        except Err as error:
            if isinstance(error.value, Failure_NotFound):
                raise Err(f"there is no bucket `{usage['bucket']}`") from error
            raise Err(str(error.value)) from error
        if not isinstance(rows, list):
            raise Err(f"the bucket `{usage['bucket']}` holds no list: {rows}")
        summary = report.summarise(rows, usage["group"], usage["value"])
        if plain(exchange.query_at("format")) == "csv":
            answer.set_header("Content-Type", "text/csv; charset=utf-8")
            answer.write_text(report.as_csv(summary, usage["group"]))
        else:
            answer.set_header("Content-Type", "application/json")
            answer.write_text(json.dumps(summary))


class Helpers(exports.Helpers):
    def list(self) -> list[Helper]:
        return [
            Helper(
                name="closest",
                effects=Effects(0),
                block=False,
                usage="text list",
                about="The item of a list that looks most like a text; nothing when none does.",
            )
        ]

    def call(self, index: int, arguments: list[Value], named: list[tuple[str, Value]]) -> Value:
        if len(arguments) != 2:
            raise Err("closest needs a text and a list")
        text, items = (plain(argument) for argument in arguments)
        if not isinstance(items, list):
            raise Err("closest needs a list as its second argument")
        found = report.closest(str(text), [str(item) for item in items])
        return Value_Undefined() if found is None else Value_Text(found)


def plain(value: Value) -> Any:
    """A value as Python has it, copied out of the host if it is there."""
    match value:
        case Value_Reference(document):
            return json.loads(documents.to_text(document))
        case Value_Json(text):
            return json.loads(text)
        case _:
            return getattr(value, "value", None)

"""Greets whoever asks, and counts the visits."""

import json

from wit_world import exports
from wit_world.imports import answer, configuration, exchange, log, private_state


class Responder(exports.Responder):
    def respond(self) -> None:
        # What the response in the environment file says beside the plugin's name.
        usage = json.loads(configuration.usage())
        greeting = usage.get("greeting", "Hello")
        name = getattr(exchange.query_at("name"), "value", "world")
        # State belongs to the host: any instance may serve the next request.
        visits = private_state.increment("visits", "", 1)
        log.write(log.Level.INFO, f"greeted {name}")
        answer.set_header("Content-Type", "application/json; charset=utf-8")
        answer.write_text(json.dumps({"text": f"{greeting}, {name}!", "visits": visits}))

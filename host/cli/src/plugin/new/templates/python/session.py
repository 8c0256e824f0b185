"""A countdown over a WebSocket: send a number, and it counts down once a second."""

from typing import Optional

from wit_world import exports
from wit_world.imports import answer, exchange, session_state
from wit_world.imports.types import Frame_Text


class Session(exports.Session):
    """Each function answers in how many milliseconds to call `tick`; with None, `message` leaves a
    tick asked for before as it is, and the others ask for none."""

    def opened(self) -> Optional[int]:
        send("send me a number")
        return None

    def message(self) -> Optional[int]:
        frame = exchange.message()
        text = frame.value if isinstance(frame, Frame_Text) else ""
        if text.isdecimal() and 1 <= int(text) <= 100:
            return count(int(text))
        send("that is no number from 1 to 100")
        return None

    def tick(self) -> Optional[int]:
        # Between two events a connection's state is bytes in the host.
        return count(session_state.get()[0])

    def closed(self, code: int) -> None:
        pass


def count(left: int) -> Optional[int]:
    if left == 0:
        send("go")
        answer.close(1000, "done")
        return None
    send(str(left))
    session_state.set(bytes([left - 1]))
    return 1000


def send(text: str) -> None:
    answer.send(Frame_Text(text))

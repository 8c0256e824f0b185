"""Python's `websockets`: python websockets_client.py ws://localhost:PORT"""

import asyncio
import ssl
import sys

from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

BASE = sys.argv[1]


def opened(path: str, **options):
    if BASE.startswith("wss:"):
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        options["ssl"] = context
    return connect(BASE + path, max_size=None, **options)


async def ask(client, message):
    await client.send(message)
    return await asyncio.wait_for(client.recv(), 10)


async def main() -> None:
    async with opened("/echo") as client:
        for text in ["hello", "", "é€😀", "<b>&", "x" * 1_000_000]:
            assert await ask(client, text) == text
        assert await ask(client, b"bytes") == "bytes"
        for n in range(300):
            await client.send(str(n))
        for n in range(300):
            assert await client.recv() == str(n)
        # A list goes out in fragments.
        assert await ask(client, ["frag", "men", "ts é"]) == "fragments é"
        await asyncio.wait_for(await client.ping("are you there"), 10)
        assert client.protocol.extensions == [], "compression is not promised"
        await client.close(4000, "done")
        assert (client.close_code, client.close_reason) == (4000, "done")

    async with opened("/binary") as client:
        assert await ask(client, "x") == b"\x00\xff"

    async with opened("/count") as client:
        assert [await client.recv() for _ in range(6)] == ["1", "2", "3", "4", "5", "1"]

    async with opened("/ticks") as one, opened("/ticks") as two:
        heard = await two.recv()
        while await one.recv() != heard:
            pass
        for n in range(1, 20):
            expected = str(int(heard) + n)
            assert [await one.recv(), await two.recv()] == [expected, expected]

    async with opened("/rooms/a") as ann, opened("/rooms/a") as bob, opened("/rooms/b") as eve:
        for client in (ann, bob, eve):
            assert await client.recv() == "welcome"
        await ann.send("hi")
        assert await bob.recv() == "a: hi"
        await bob.send("ho")
        assert await ann.recv() == "a: ho", "nobody hears oneself"

    async with opened("/spoken", subprotocols=["v1.chat", "v2.chat"]) as client:
        assert client.subprotocol == "v2.chat"

    for path, status, body in [
        ("/private", 401, b"a token, please"),
        ("/nothing", 404, b"No WebSocket route found for this path"),
    ]:
        try:
            async with opened(path):
                raise AssertionError(path)
        except InvalidStatus as refused:
            assert refused.response.status_code == status
            assert refused.response.body == body
    async with opened("/private?token=t") as client:
        assert await ask(client, "x") == "hello t"

    async with opened("/bye") as client:
        assert await ask(client, "why") == "bye"
        try:
            await client.recv()
            raise AssertionError("it closes")
        except ConnectionClosed as closed:
            assert (closed.rcvd.code, closed.rcvd.reason) == (4001, "that was it: why")

    async with opened("/echo") as client:
        print("ready for the end", flush=True)
        try:
            await asyncio.wait_for(client.recv(), 30)
            raise AssertionError("it closes")
        except ConnectionClosed as closed:
            assert closed.rcvd.code == 1001


asyncio.run(main())

"""A client: python_client.py URL deflate|plain|window"""

import asyncio
import sys

import websockets
from websockets.extensions.permessage_deflate import ClientPerMessageDeflateFactory

SIZES = [0, 1, 125, 126, 127, 65535, 65536, 300000]

# "window" asks the server to compress with a small window, and must do without
# compression when the server cannot.
OPTIONS = {
    "plain": dict(compression=None),
    "deflate": dict(compression=None, extensions=[ClientPerMessageDeflateFactory(client_max_window_bits=True)]),
    "window": dict(compression=None, extensions=[ClientPerMessageDeflateFactory(server_max_window_bits=10)]),
}


async def main(url, mode):
    options = dict(subprotocols=["nonsense", "echo.test"], max_size=None, **OPTIONS[mode])
    async with websockets.connect(url, **options) as ws:
        assert ws.subprotocol == "echo.test", ws.subprotocol
        names = [e.name for e in ws.extensions]
        assert names == (["permessage-deflate"] if mode == "deflate" else []), names
        print("ok open")

        for n in SIZES:
            for data in ("x" * n, bytes(i * 7 & 255 for i in range(n))):
                await ws.send(data)
                got = await ws.recv()
                assert got == data, f"{len(got)} came back for {n}"
            print("ok echo", n)
        await ws.send("κόσμε 日本語 \U0001f600")
        assert await ws.recv() == "κόσμε 日本語 \U0001f600"
        print("ok unicode")

        await ws.send(["one ", "two ", "", "three"])
        assert await ws.recv() == "one two three"
        await (await ws.ping(b"now"))
        print("ok fragments and ping")

        await ws.send("ping me")
        assert await ws.recv() == "pinged"
        print("ok pinged")

        await ws.close(4001, "bye")
        assert ws.close_code == 4001, ws.close_code
        print("ok close")

    async with websockets.connect(url, **options) as ws:
        await ws.send("close me")
        try:
            await ws.recv()
            raise AssertionError("a message after close me")
        except websockets.ConnectionClosed as e:
            assert (e.rcvd.code, e.rcvd.reason) == (4002, "as you wish"), e
        print("ok closed by the server")


asyncio.run(main(*sys.argv[1:]))

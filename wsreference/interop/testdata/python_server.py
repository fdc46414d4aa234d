"""A server that echoes: python_server.py deflate|plain|window

It prints its port, and then what it sees of each connection's end. It ends
when its standard input does.
"""

import asyncio
import sys

import websockets
from websockets.extensions.permessage_deflate import ServerPerMessageDeflateFactory

# "window" is what the library does by itself: it compresses with a window of
# 12 bits, and says so.
OPTIONS = {
    "plain": dict(compression=None),
    "deflate": dict(compression=None, extensions=[ServerPerMessageDeflateFactory()]),
    "window": dict(),
}


async def serve(ws):
    try:
        async for data in ws:
            if data == "ping me":
                # The pong comes in while this waits for it.
                await (await ws.ping(b"from the server"))
                await ws.send("pinged")
            elif data == "close me":
                await ws.close(4002, "as you wish")
            elif data == "fragments":
                await ws.send(["one ", "two ", "three"])
            else:
                await ws.send(data)
    except websockets.ConnectionClosed:
        pass
    await ws.wait_closed()
    print("closed", ws.close_code, ws.close_reason, flush=True)


async def main(mode):
    options = dict(subprotocols=["echo.test"], max_size=None, **OPTIONS[mode])
    async with websockets.serve(serve, "127.0.0.1", 0, **options) as server:
        print("port", server.sockets[0].getsockname()[1], flush=True)
        await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


asyncio.run(main(sys.argv[1]))

"""
WebSocket servers that people write applications with, as backends. What their paths do:

    /echo               each message comes back as it was
    /last               how the last session of /echo ended: {"code", "reason"}
    /headers            the handshake's header fields
    /close?code&reason  a Close at once; without code an empty one
    /leave              the connection's end, without a Close
    /no                 401 with WWW-Authenticate and a body
    /moved              302

Of the subprotocols that are offered they choose "b", or the first.
"""
import pathlib

from harness import scratch
from harness.address import HOST, free_port
from harness.service import Service

SERVERS = pathlib.Path(__file__).resolve().parents[1] / "servers"
PROGRAMS = {"node": ("node", SERVERS / "websocket.mjs"),
            "python": ("/usr/bin/python3", SERVERS / "websocket.py")}


class WsServer:
    """One of PROGRAMS, which serves while it is entered. pem: over TLS."""

    def __init__(self, program, deflate=False, pem=None):
        self.port = free_port()
        self.url = f"{'wss' if pem else 'ws'}://{HOST}:{self.port}"
        self.command = [*PROGRAMS[program], HOST, self.port, "deflate" if deflate else "plain",
                        *([pem] if pem else [])]

    def __enter__(self):
        self.service = Service(*self.command, address=(HOST, self.port),
                               log=scratch.folder() / "server.log")
        return self

    def printed(self):
        return self.service.printed()

    def __exit__(self, *_):
        self.service.__exit__()

    def died(self):
        return self.service.child.poll() is not None

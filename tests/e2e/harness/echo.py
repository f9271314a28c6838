"""
What the tests of the WebSocket protocol share: the echo service, over both listeners, and behind a
WebSocket backend, which is this gateway's echo again.
"""
from harness import ws
from harness.address import HOST, free_port
from harness.cases import add
from harness.gateway import Gateway

KEYS = '''max_message = "64M"; ping = "0";'''
ROUTES = f'''through: {{ path = "=/through"; backend = "echo"; {KEYS} }};
             echo: {{ path = "/"; service = "echo"; {KEYS} }};'''
# name, over TLS, path
TRANSPORTS = (("plain", False, "/"), ("tls", True, "/"), ("to a backend", False, "/through"))


def gateway():
    port = free_port()
    return Gateway(routes=ROUTES, backends=f'echo: {{ servers = ["ws://{HOST}:{port}/"]; }};',
                   port=port)


class Table:
    """Rows of cases on the echo service, each on a fresh connection, in all of these ways."""

    def __init__(self, gw, sockets=True):
        """sockets: the functions are handed an open WebSocket, otherwise a bare Wire."""
        self.gateway, self.sockets = gw, sockets

    def add(self, name, function, *args, direct=False):
        """
        Declares function(socket, *args). direct: not to a backend, whose answers may be under way
        when the client closes.
        """
        for transport, tls, path in TRANSPORTS:
            if path == "/" or self.sockets and not direct:
                add(f"{name} ({transport})", self._execute, function, tls, path, *args)

    def _execute(self, function, tls, path, *args):
        opened = ws.connect(self.gateway, path, tls) if self.sockets else self.gateway.wire(tls)
        with opened:
            function(opened, *args)

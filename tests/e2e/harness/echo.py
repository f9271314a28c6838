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
# name, over TLS, over HTTP/2, path
TRANSPORTS = (("plain", False, False, "/"), ("tls", True, False, "/"), ("h2", False, True, "/"),
              ("h2 tls", True, True, "/"), ("to a backend", False, False, "/through"))


def gateway():
    port = free_port()
    return Gateway(routes=ROUTES, backends=f'echo: {{ servers = ["ws://{HOST}:{port}/"]; }};',
                   port=port)


class Table:
    """Rows of cases on the echo service, each on a fresh connection, in all of these ways."""

    def __init__(self, gw, sockets=True):
        """sockets: the functions are handed an open WebSocket, otherwise a bare Wire for HTTP/1.1."""
        self.gateway, self.sockets = gw, sockets

    def add(self, name, function, *args, direct=False):
        """
        Declares function(socket, *args). direct: not to a backend, whose answers may be under way
        when the client closes.
        """
        for transport, tls, http2, path in TRANSPORTS:
            if self._runs(http2, path, direct):
                add(f"{name} ({transport})", self._execute, function, tls, http2, path, *args)

    def _runs(self, http2, path, direct):
        return self.sockets and not (direct and path != "/") or not http2 and path == "/"

    def _execute(self, function, tls, http2, path, *args):
        opened = ws.connect(self.gateway, path, tls, http2=http2) if self.sockets else \
            self.gateway.wire(tls)
        with opened:
            function(opened, *args)

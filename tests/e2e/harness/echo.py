"""What the tests of the WebSocket protocol share: the echo service, over both listeners."""
from harness import ws
from harness.cases import add
from harness.gateway import Gateway

ROUTE = '''echo: { path = "/"; service = "echo"; max_message = "64M"; ping = "0"; };'''
TRANSPORTS = (("plain", False), ("tls", True))


def gateway():
    return Gateway(routes=ROUTE)


class Table:
    """Rows of cases on the echo service, each on a fresh connection, plain and over TLS."""

    def __init__(self, gw, sockets=True):
        """sockets: the functions are handed an open WebSocket, otherwise a bare Wire."""
        self.gateway, self.sockets = gw, sockets

    def add(self, name, function, *args):
        """Declares function(socket, *args)."""
        for transport, tls in TRANSPORTS:
            add(f"{name} ({transport})", self._execute, function, tls, *args)

    def _execute(self, function, tls, *args):
        opened = ws.connect(self.gateway, "/", tls) if self.sockets else self.gateway.wire(tls)
        with opened:
            function(opened, *args)

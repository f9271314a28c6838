"""conf/examples/websocket.conf: an application's two servers, which share the sessions."""
import json

from harness import ws
from harness.cases import case, equal, run
from harness.certs import Authority
from harness.gateway import HOST
from harness.recipe import recipe
from harness.wire import Wire
from harness.ws_server import WsServer

authority = Authority()
servers = [WsServer("node"), WsServer("python")]


def opened(headers=()):
    wire = Wire.connect((HOST, gateway.port), context=authority.client_context())
    return ws.WebSocket(wire, "/chat", headers=headers).opened()


@case("two sessions meet two servers, which know who they are for")
def shared():
    with opened() as one, opened() as other:
        fields = [json.loads(socket.message()[1]) for socket in (one, other)]
    equal(sorted(f["host"] for f in fields), sorted(f"{HOST}:{s.port}" for s in servers), "hosts")
    for f in fields:
        equal((f["x-forwarded-proto"], f["x-forwarded-host"]), ("https", "localhost"), "for whom")


gateway = recipe("websocket", certificate=("/etc/ssl/private/example.pem",
                                           authority.server("localhost", HOST)),
                 **{f"server{i}": (f"ws://localhost:900{i + 1}", f"{server.url}/headers")
                    for i, server in enumerate(servers)})
gateway.authority = authority
run(*servers, gateway)

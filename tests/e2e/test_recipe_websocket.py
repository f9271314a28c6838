"""conf/examples/websocket.conf: an application's two servers, which share the sessions."""
import json

from harness import ws
from harness.address import HOST
from harness.cases import case, equal, run
from harness.recipe import recipe
from harness.ws_server import WsServer

servers = [WsServer("node"), WsServer("python")]


@case("two sessions meet two servers, which know who they are for")
def shared():
    with ws.connect(gateway, "/chat") as one, ws.connect(gateway, "/chat") as other:
        fields = [json.loads(socket.message()[1]) for socket in (one, other)]
    equal(sorted(f["host"] for f in fields), sorted(f"{HOST}:{s.port}" for s in servers), "hosts")
    for f in fields:
        equal((f["x-forwarded-for"], f["x-forwarded-host"]), ("127.0.0.1", "localhost"), "for whom")


gateway = recipe("websocket", tls=(' tls = "self-signed";', ""), **{
    f"server{i}": (f"ws://localhost:900{i + 1}", f"{server.url}/headers")
    for i, server in enumerate(servers)})
run(*servers, gateway)

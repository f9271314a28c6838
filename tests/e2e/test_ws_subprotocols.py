"""RFC 6455 section 4.2.2: which subprotocol is chosen from what the client offers."""
from harness import ws
from harness.cases import add, case, equal, run
from harness.gateway import Gateway
from harness.http1 import read_response

ROUTES = '''
some: { path = "/some"; service = "echo"; subprotocols = ["v2.chat", "v1.chat"]; };
optional: { path = "/optional"; service = "echo"; subprotocols = ["v1.chat", ""]; };
any: { path = "/any"; service = "echo"; };
'''
CHOSEN = [
    # path, offer (one header line each), what is echoed
    ("/some", ["v1.chat"], "v1.chat"),
    ("/some", ["v1.chat, v2.chat"], "v2.chat"),
    ("/some", ["v1.chat", "v2.chat"], "v2.chat"),
    ("/some", ["other,v1.chat"], "v1.chat"),
    ("/some", [" other ,\tv1.chat "], "v1.chat"),
    ("/optional", [], None),
    ("/optional", ["other"], None),
    ("/optional", ["other, v1.chat"], "v1.chat"),
    ("/any", [], None),
    ("/any", ["whatever, else"], None),
]
REFUSED = [
    ("/some", []),
    ("/some", ["other"]),
    ("/some", ["V1.CHAT"]),
    ("/some", ["v1 chat"]),
]


def offers(lines):
    return [f"Sec-WebSocket-Protocol: {line}" for line in lines]


def chosen(path, offer, wanted):
    with ws.connect(gateway, path, headers=offers(offer)) as socket:
        equal(socket.subprotocol, wanted, "subprotocol")
        socket.text("hello")
        socket.expect_message(ws.TEXT, b"hello")
        socket.finish()


def refused(path, offer):
    with gateway.wire() as wire:
        wire.send(ws.handshake(path, headers=offers(offer)))
        equal(read_response(wire).status, 400, "status")


@case("the chosen one is in the access log")
def logged():
    with ws.connect(gateway, "/some", headers=offers(["v1.chat"])) as socket:
        socket.finish(4242)
    record = gateway.expect_record(type="session", close_code=4242)
    equal(record.get("subprotocol"), "v1.chat", "subprotocol")


gateway = Gateway(routes=ROUTES)
for path, offer, wanted in CHOSEN:
    add(f"{path} offered {offer}: {wanted}", chosen, path, offer, wanted)
for path, offer in REFUSED:
    add(f"{path} offered {offer}: 400", refused, path, offer)
run(gateway)

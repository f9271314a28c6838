"""conf/examples/echo.conf, and the file with every key that is installed as an example."""
from harness import ws
from harness.address import HOST, free_port
from harness.cases import add, run
from harness.gateway import Gateway
from harness.recipe import EXAMPLES, recipe


def echoes(gateway):
    with ws.connect(gateway, "/") as session:
        session.text("hällo")
        session.expect_message(ws.TEXT, "hällo".encode())
        session.binary(bytes(range(256)))
        session.expect_message(ws.BINARY, bytes(range(256)))
        session.finish()


port = free_port()
text = (EXAMPLES.parent / "framegate.conf.example").read_text()
gateways = {
    "the smallest gateway": recipe("echo"),
    "every key": Gateway(conf=text.replace("127.0.0.1:8080", f"{HOST}:{port}"), port=port),
}
for name, gateway in gateways.items():
    add(name, echoes, gateway)
run(*gateways.values())

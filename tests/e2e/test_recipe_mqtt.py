"""conf/examples/mqtt.conf: mosquitto's plain port, MQTT.js from node and from a browser."""
from harness import scratch
from harness.address import HOST, free_port
from harness.cases import add, equal, run
from harness.recipe import recipe
from harness.scenario import scenario
from harness.service import Service

folder, port = scratch.folder(), free_port()
(folder / "mosquitto.conf").write_text(
    f"listener {port} {HOST}\nallow_anonymous true\npersistence false\nmessage_size_limit 0\n")
SIZE = "1048576 bytes"


def everything(where):
    got = scenario("mqtt", where, gateway.url("/mqtt"))
    equal(got["messages"], [
        ["kept", "grüße", 1, True], ["news/0", "wört 0", 0, False], ["news/large0", SIZE, 0, False],
        ["news/1", "wört 1", 1, False], ["news/large1", SIZE, 1, False],
        ["news/2", "wört 2", 2, False], ["news/large2", SIZE, 2, False],
        ["news/empty", "", 1, False], ["news/will", "I am lost", 1, False]], "messages")
    equal(got["row"], [*range(1000)], "messages in a row")
    record = gateway.expect_record(type="session", route="mqtt")
    equal(record["subprotocol"], "mqtt", "subprotocol")


for name, where in (("node", "node"), ("Chromium", "page")):
    add(f"MQTT.js in {name}: three clients, all qualities of service, a mebibyte, a row",
        everything, where)
gateway = recipe("mqtt", broker=("localhost:1883", f"{HOST}:{port}"))
with Service("/usr/sbin/mosquitto", "-c", folder / "mosquitto.conf", address=(HOST, port),
             log=folder / "mosquitto.log"):
    run(gateway)

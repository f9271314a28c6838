"""conf/examples/mqtt.conf: mosquitto's plain port, MQTT.js from node and from a browser."""
import json
import pathlib
import subprocess

from harness import scratch
from harness.address import HOST, free_port
from harness.cases import case, equal, run
from harness.recipe import recipe
from harness.service import Service

CLIENTS = pathlib.Path(__file__).parent / "clients"
folder, port = scratch.folder(), free_port()
(folder / "mosquitto.conf").write_text(
    f"listener {port} {HOST}\nallow_anonymous true\npersistence false\nmessage_size_limit 0\n")


def client(name, *args):
    child = subprocess.run(["node", CLIENTS / name, *args], capture_output=True, text=True,
                           timeout=120)
    equal(child.stderr, "", "what the client complained about")
    return json.loads(child.stdout)


@case("MQTT.js in node: two clients, each quality of service, 200 kB")
def node():
    got = client("mqtt.mjs", gateway.url("/mqtt"))
    equal(sorted(map(tuple, got)), sorted([("news/0", "wört 0", 0), ("news/1", "wört 1", 1),
                                           ("news/2", "wört 2", 2), ("news/large", 200000, 1),
                                           ("news/empty", "", 1)]), "messages")
    record = gateway.expect_record(type="session", route="mqtt")
    equal(record["subprotocol"], "mqtt", "subprotocol")


@case("MQTT.js in Chromium: a hundred messages, in order")
def page():
    got = client("mqtt_page.mjs", gateway.url("/mqtt"), "100")
    equal(got, [f"message {i} é" for i in range(100)], "messages")


gateway = recipe("mqtt", broker=("localhost:1883", f"{HOST}:{port}"))
with Service("/usr/sbin/mosquitto", "-c", folder / "mosquitto.conf", address=(HOST, port),
             log=folder / "mosquitto.log"):
    run(gateway)

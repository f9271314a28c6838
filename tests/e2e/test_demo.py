"""framegate demo: its page, used in a real browser, talks to the echo or to a TCP service."""
import json
import pathlib
import re
import signal
import socket
import subprocess

from harness import scratch
from harness.backends import Backend, echo
from harness.cases import Skip, add, contains, equal, run
from harness.gateway import PROGRAM
from harness.service import Service

CLIENT = pathlib.Path(__file__).parent / "clients" / "console.mjs"
PLAIN, SECURE = "http://localhost:8080/", "https://localhost:8443/"
folder = scratch.folder()


def need_ports():
    """The demo's ports are its own; another one may run here."""
    for port in (8080, 8443):
        try:
            socket.create_server(("127.0.0.1", port)).close()
        except OSError:
            raise Skip(f"port {port} is taken") from None


def used(url, text, *transport):
    """What the page shows after somebody has used it."""
    result = subprocess.run(["node", CLIENT, url, text, *transport], capture_output=True,
                            text=True, timeout=120)
    equal((result.returncode, result.stderr), (0, ""), "the browser's exit status and messages")
    page = json.loads(result.stdout)
    equal(page["errors"], [], "errors on the page")
    return page


def check_facts(facts, name, scheme, latency):
    contains(facts["State"], "Connected", "state")
    contains(facts["Transport"], f"{name}{scheme},", "transport")
    version = "HTTP/2" if scheme in ("wss", "https") else "HTTP/1.1"
    equal((facts["HTTP"], facts["Subprotocol"]), (version, "console"), "what was negotiated")
    for name in ("Handshake", latency):
        equal(re.match(r"\d+(\.\d)? ms", facts[name]) is not None, True, f"{name}: {facts[name]}")


def check_log(page, url, name, text, binary):
    equal(page["log"], [
        ["note", f"Connected to {url.replace('http', 'ws', 1)}socket by {name}"],
        ["sent", text], ["received", text],
        ["sent", binary], ["received", binary],
        ["note", "Closed: code 1000 (normal end)"],
    ], "the log of messages")


def hexed(text):
    return " ".join(f"{byte:02x}" for byte in text.encode()) + "  " + text


def demo(url, scheme, name="WebSocket", *transport):
    need_ports()
    with Service(PROGRAM, "demo", address=("127.0.0.1", 8080), log=folder / "log") as service:
        page = used(url, "grüße", *transport)
        service.child.send_signal(signal.SIGINT)
        equal(service.child.wait(30), 0, "exit status")
    contains(page["about"], "a built-in echo", "what the page says")
    check_facts(page["facts"], name, scheme, "Round trip")
    check_log(page, url, name, "grüße", hexed("binary grüße"))
    said = (folder / "log").read_text()
    for part in ("http://localhost:8080", "https://localhost:8443", "a built-in echo"):
        contains(said, part, "what it says at the start")


def bridged(url, scheme):
    need_ports()
    backend = Backend().serve(echo)
    target = backend.url.removeprefix("tcp://")
    with Service(PROGRAM, "demo", target, address=("127.0.0.1", 8080), log=folder / "log"):
        page = used(url, "hello")
    contains(page["about"], target, "what the page says")
    check_facts(page["facts"], "WebSocket", scheme, "First byte")
    kinds = [kind for kind, _ in page["log"]]
    equal(kinds, ["note", "sent", "received", "sent", "received", "note"], "the log of messages")
    contains((folder / "log").read_text(), target, "what it says at the start")


add("the echo over http and ws", demo, PLAIN, "ws")
add("the echo over https and wss", demo, SECURE, "wss")
add("the echo over http, by events", demo, PLAIN, "http", "Server-sent events", "sse")
add("the echo over https, by events", demo, SECURE, "https", "Server-sent events", "sse")
add("the echo over http, by polls", demo, PLAIN, "http", "Long polls", "longpoll")
add("a TCP service over http and ws", bridged, PLAIN, "ws")
add("a TCP service over https and wss", bridged, SECURE, "wss")
run()

# slow
"""A real desktop in a real browser: Xvnc behind framegate, noVNC in Chromium in front of it."""
import json
import os
import pathlib
import re
import subprocess

from harness import scratch, ws
from harness.address import HOST, free_port
from harness.cases import add, contains, equal, run
from harness.gateway import Gateway
from harness.recipe import recipe
from harness.service import Service
from harness.wait import until

CLIENTS = pathlib.Path(__file__).parent / "clients"
NOVNC = "/usr/share/novnc"
WIDTH, HEIGHT = 640, 480
COLOURS = ("#2060a0", "#a02060")        # of the desktop, before and after the keys have arrived
folder, port = scratch.folder(), free_port()


def display():
    """Xvnc says which number it took."""
    read, write = os.pipe()
    service = Service("Xvnc", "-SecurityTypes", "None", "-rfbport", port, "-interface", HOST,
                      "-geometry", f"{WIDTH}x{HEIGHT}", "-depth", 24, "-displayfd", write,
                      address=(HOST, port), log=folder / "xvnc.log", pass_fds=[write])
    os.close(write)
    with os.fdopen(read) as number:
        return service, f":{number.readline().strip()}"


def paint(colour):
    subprocess.run(["xsetroot", "-solid", colour], check=True, env=env)


class KeyLog:
    """xev: a window at the top left that writes down every key it gets."""

    def __init__(self, name):
        self.log = folder / name
        with open(self.log, "wb") as log:
            self.child = subprocess.Popen(["xev", "-geometry", "200x200+0+0"], stdout=log, env=env)
        until(lambda: "MapNotify" in self.log.read_text(), "xev's window")

    def keys(self):
        """Names of the keys pressed so far."""
        events = self.log.read_text().split("\n\n")
        return [re.search(r"keysym \S+, (\w+)\)", e)[1] for e in events if "KeyPress event" in e
                and "keysym" in e]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.child.terminate()
        self.child.wait()


def seen_and_typed(gateway, scheme, page, path):
    """The page comes from framegate's own files, the desktop through its WebSocket."""
    paint(COLOURS[0])
    where = gateway.url(page, scheme)
    host, number = where.split("/")[2].split(":")
    with KeyLog(f"xev-{scheme}-{gateway.port}.log") as log:
        browser = subprocess.Popen(
            ["node", CLIENTS / "novnc.mjs", f"{where}?host={host}&port={number}&path={path}",
             COLOURS[0], "50", "50", "framegate"], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            text=True)
        try:
            until(lambda: log.keys() == [*"framegate"] or browser.poll() is not None,
                  "the keys at the X client", 90, log.keys)
            paint(COLOURS[1])
            out, err = browser.communicate(timeout=90)
        finally:
            browser.kill()
    equal(log.keys(), [*"framegate"], f"keys at the X client (browser: {err})")
    steps = [json.loads(line) for line in out.splitlines()]
    equal(steps, [{"seen": COLOURS[0], "size": [WIDTH, HEIGHT]}, {"typed": "framegate"},
                  {"changed": True}], f"what the browser saw ({err})")
    record = gateway.expect_record(type="session", status=101)
    contains(record["user_agent"], "Chrome", "user_agent")


def with_token():
    """conf/examples/vnc-tokens.conf: the token that the page was opened with leads there."""
    (folder / "tokens").write_text(f"desk: {HOST}:{port}\nother: {HOST}:1\n")
    with recipe("vnc-tokens", map=("/etc/framegate/tokens", folder / "tokens")) as own:
        seen_and_typed(own, "http", "/vnc_lite.html", "websockify%3Ftoken%3Ddesk")
        with ws.connect(own, "/websockify?token=nobody") as session:
            equal(session.expect_failed(4404), "no such token in the map", "reason")


gateway = Gateway(backends=f'vnc: {{ servers = ["tcp://{HOST}:{port}"]; }};',
                  routes=f'''desktop: {{ path = "/desktop"; backend = "vnc"; }};
                             novnc: {{ path = "/novnc"; static = "{NOVNC}"; }};''')
add("noVNC over http and ws", seen_and_typed, gateway, "http", "/novnc/vnc_lite.html", "desktop")
add("noVNC over https and wss", seen_and_typed, gateway, "https", "/novnc/vnc_lite.html", "desktop")
add("noVNC with a token", with_token)
xvnc, number = display()
env = dict(os.environ, DISPLAY=number)
with xvnc:
    run(gateway)

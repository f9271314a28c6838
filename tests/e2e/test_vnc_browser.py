# slow
"""Real desktops in a real browser: Xvnc behind framegate, noVNC in Chromium in front of it."""
import json
import os
import pathlib
import re
import subprocess

from harness import scratch, ws
from harness.address import HOST, free_port
from harness.cases import add, case, contains, equal, run
from harness.gateway import Gateway
from harness.http1 import fetch
from harness.recipe import recipe
from harness.service import Service
from harness.wait import until

CLIENTS = pathlib.Path(__file__).parent / "clients"
NOVNC = "/usr/share/novnc"
WIDTH, HEIGHT = 640, 480
AFTERWARDS = "#a02060"                  # a desktop's colour when the keys have arrived
folder = scratch.folder()


class Desktop:
    """An X display that VNC shows, in one colour."""

    def __init__(self, colour):
        self.colour, self.port = colour, free_port()
        read, write = os.pipe()         # Xvnc says which number it took
        self.service = Service("Xvnc", "-SecurityTypes", "None", "-rfbport", self.port,
                               "-interface", HOST, "-geometry", f"{WIDTH}x{HEIGHT}", "-depth", 24,
                               "-displayfd", write, address=(HOST, self.port),
                               log=folder / f"xvnc-{self.port}.log", pass_fds=[write])
        os.close(write)
        with os.fdopen(read) as number:
            self.env = dict(os.environ, DISPLAY=f":{number.readline().strip()}")

    def paint(self, colour):
        subprocess.run(["xsetroot", "-solid", colour], check=True, env=self.env)

    def __enter__(self):
        return self

    def __exit__(self, *how):
        self.service.__exit__(*how)


class KeyLog:
    """xev: a window at the top left that writes down every key it gets."""

    def __init__(self, desktop, name):
        self.log = folder / name
        with open(self.log, "wb") as log:
            self.child = subprocess.Popen(["xev", "-geometry", "200x200+0+0"], stdout=log,
                                          env=desktop.env)
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


def seen_and_typed(desktop, where):
    """The page at this URL shows this desktop, and what is typed into it arrives there."""
    desktop.paint(desktop.colour)
    with KeyLog(desktop, f"xev-{desktop.port}.log") as log:
        browser = subprocess.Popen(
            ["node", CLIENTS / "novnc.mjs", where, desktop.colour, "50", "50", "framegate"],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        try:
            until(lambda: log.keys() == [*"framegate"] or browser.poll() is not None,
                  "the keys at the X client", 90, log.keys)
            desktop.paint(AFTERWARDS)
            out, err = browser.communicate(timeout=90)
        finally:
            browser.kill()
        equal(log.keys(), [*"framegate"], f"keys at the X client (browser: {err})")
    steps = [json.loads(line) for line in out.splitlines()]
    equal(steps, [{"seen": desktop.colour, "size": [WIDTH, HEIGHT]}, {"typed": "framegate"},
                  {"changed": True}], f"what the browser saw ({err})")


@case("conf/examples/vnc.conf: noVNC's own page, which finds the desktop by itself")
def one_desktop():
    with recipe("vnc", server=("localhost:5900", f"{HOST}:{blue.port}")) as gateway:
        equal(fetch(gateway, "/").body == fetch(gateway, "/vnc.html").body, True, "the first page")
        seen_and_typed(blue, gateway.url("/vnc.html?autoconnect=true", "http"))
        record = gateway.expect_record(type="session", status=101)
        contains(record["user_agent"], "Chrome", "user_agent")


@case("conf/examples/vnc-tokens.conf: each token shows its desktop, unknown ones show none")
def many_desktops():
    tokens = folder / "tokens"
    tokens.write_text(f"reception: {HOST}:{blue.port}\n")
    with recipe("vnc-tokens", map=("/etc/framegate/tokens", tokens)) as gateway:
        page = gateway.url("/vnc.html?autoconnect=true&path=websockify%3Ftoken%3D", "http")
        with ws.connect(gateway, "/websockify?token=workshop") as session:
            equal(session.expect_failed(4404), "no such token in the map", "reason")
        tokens.write_text(tokens.read_text() + f"workshop: {HOST}:{green.port}\n")
        for token, desktop in (("workshop", green), ("reception", blue)):
            seen_and_typed(desktop, page + token)
            gateway.expect_record(type="session", server=f"tcp://{HOST}:{desktop.port}")


def over_tls():
    host, number = HOST, gateway.tls_port
    seen_and_typed(blue, gateway.url(f"/novnc/vnc_lite.html?host={host}&port={number}&path=desktop",
                                     "https"))


blue, green = Desktop("#2060a0"), Desktop("#20a060")
gateway = Gateway(backends=f'vnc: {{ servers = ["tcp://{HOST}:{blue.port}"]; }};',
                  routes=f'''desktop: {{ path = "/desktop"; backend = "vnc"; }};
                             novnc: {{ path = "/novnc"; static = "{NOVNC}"; }};''')
add("noVNC over https and wss", over_tls)
with blue, green:
    run(gateway)

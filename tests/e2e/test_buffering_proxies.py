# slow
"""
nginx as it comes, with its buffers, and haproxy before framegate: each transport gets through, byte
by byte as it is said. Where upgrades are cut, swallowed or dropped, or a proxy keeps answers back
whatever it is told, clients fall back by themselves.
"""
import json
import pathlib
import subprocess

from harness import http1, plain, scratch, sockjs, ws
from harness.address import HOST, free_port
from harness.cases import add, case, equal, run
from harness.gateway import Gateway
from harness.middlebox import Middlebox, cuts_upgrades, swallows_upgrades
from harness.service import Service
from harness.wire import Wire

CLIENTS = pathlib.Path(__file__).parent / "clients"
NGINX = """
daemon off; master_process off; pid @DIR@/nginx.pid; error_log stderr;
events { }
http {
    access_log off; client_body_temp_path @DIR@/a; proxy_temp_path @DIR@/b;
    fastcgi_temp_path @DIR@/c; uwsgi_temp_path @DIR@/d; scgi_temp_path @DIR@/e;
    server { listen @HOST@:@PLAIN@; location / { proxy_pass http://@GATEWAY@; } }
    server {
        listen @HOST@:@TUNNELS@;
        location / {
            proxy_pass http://@GATEWAY@; proxy_http_version 1.1;
            proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection upgrade;
        }
    }
    server {
        listen @HOST@:@PACKS@; gzip on; gzip_proxied any; gzip_types *; gzip_min_length 1;
        location / { proxy_pass http://@GATEWAY@; }
    }
    server {
        listen @HOST@:@DEAF@;
        location / { proxy_pass http://@GATEWAY@; proxy_ignore_headers X-Accel-Buffering; }
    }
}
"""
HAPROXY = """
defaults
    mode http
    timeout connect 10s
    timeout client 60s
    timeout server 60s
listen before
    bind @HOST@:@HAPROXY@
    server framegate @GATEWAY@
"""
# transport, how it is asked for, how it begins, what a frame of it looks like
STREAMS = [("xhr_streaming", "POST", "", sockjs.PRELUDE + b"o\n", b"%s\n"),
           ("eventsource", "GET", "", b"\r\ndata: o\r\n\r\n", b"data: %s\r\n\r\n"),
           ("htmlfile", "GET", "?c=x", b'<script>\np("o");\n</script>\r\n',
            b'<script>\np("%s");\n</script>\r\n')]
FORCED = {"sockjs": ["websocket", "xhr-streaming", "eventsource", "xhr-polling"],
          "framegate": ["websocket", "sse", "longpoll"]}
PORTS = {name: free_port() for name in ("PLAIN", "TUNNELS", "PACKS", "DEAF", "HAPROXY")}


class Before:
    """A proxy where the harness takes a gateway: what it connects to is the proxy."""

    def __init__(self, port):
        self.port = port

    def wire(self, tls=False):
        return Wire.connect((HOST, self.port))


class Answer:
    """Of any length: its body as it comes, without what its framing adds."""

    def __init__(self, wire):
        self.wire, self.text = wire, b""
        head = http1.read_head(wire)
        equal(head.status, 200, "status")
        self.chunked = head.header("Transfer-Encoding") == "chunked"

    def until(self, end):
        """Waits for what must come though the answer has not ended."""
        while not self.text.endswith(end):
            piece = sockjs.chunk(self.wire) if self.chunked else self.wire.read_some()
            if not piece:
                raise AssertionError(f"the answer ends without {end!r}: {self.text[-200:]!r}")
            self.text += piece


def streams(proxy, transport, method, query, first, frame):
    """Its first bytes, and each message when it is said: the answer has no end yet."""
    s = sockjs.Session(proxy, "/sockjs")
    with s.hang(transport, method, query) as wire:
        answer = Answer(wire)
        answer.until(first)
        for n in range(3):
            s.send(b'["%d"]' % n)
            text = b'a["%d"]' % n
            answer.until(frame % (text.replace(b'"', b'\\"') if query else text))


def polls(proxy, transport, method, query, form):
    """One that waits is answered when there is something to say, and not before."""
    s = sockjs.Session(proxy, "/sockjs")
    equal(s.fetch(transport, method, query).body, form % b"o", "the first answer")
    for n in range(3):
        with s.hang(transport, method, query) as wire:
            s.send(b'["%d"]' % n)
            text = b'a["%d"]' % n
            equal(http1.read_response(wire).body,
                  form % (text.replace(b'"', b'\\"') if query else text), "an answer")


def events(proxy):
    session = plain.Session(proxy, "/plain")
    stream = session.events().opened()      # which is padded
    for n in range(1, 4):
        session.post(f"{n}")
        equal(stream.message(), (n, f"{n}"), "an event")
    session.close()
    equal(stream.closed()["code"], 1000, "close code")
    stream.end()


def long_polls(proxy):
    session = plain.Session(proxy, "/plain")
    for n in range(1, 4):
        with session.connect() as wire:
            wire.send(session.head(query=f"?after={n - 1}"))
            session.post(f"{n}")
            equal(session.messages(http1.read_response(wire))[0], [(n, f"{n}")], "a poll")
    session.close()


def upgrades(port, path, sent, received):
    with ws.WebSocket(Wire.connect((HOST, port)), path) as socket:
        socket.opened()
        if sent != received:
            socket.expect(ws.TEXT, b"o")
        socket.text(sent)
        socket.expect(ws.TEXT, received.encode())
        socket.finish()


def node(library, port, transport=None):
    url = f"http://{HOST}:{port}/{'sockjs' if library == 'sockjs' else 'plain'}"
    out = subprocess.run(["node", CLIENTS / "through.mjs", library, url, *filter(None, [transport])],
                         capture_output=True, text=True, timeout=300, check=False)
    equal((out.returncode, out.stderr), (0, ""), "node's exit status and messages")
    return json.loads(out.stdout)


def uses(library, port, transport, forced=True):
    equal(node(library, port, transport if forced else None),
          {"transport": transport, "right": True, "reason": ""}, "an echo")


def falls_back(library, rule, transport):
    with Middlebox(gateway.port, rule) as box:
        uses(library, box.port, transport, forced=False)
        equal(rule is not cuts_upgrades or box.cuts == 1, True, f"{box.cuts} upgrades were cut")


@case("a page through nginx, by SockJS: each transport")
def page():
    url = f"http://{HOST}:{PORTS['PLAIN']}"
    forced = ["xhr-streaming", "eventsource", "htmlfile", "xhr-polling", "jsonp-polling"]
    out = subprocess.run(["node", CLIENTS / "sockjs_page.mjs", f"{url}/page", f"{url}/sockjs",
                          f"{url}/close", *forced], capture_output=True, text=True, timeout=300,
                         check=False)
    equal((out.returncode, out.stderr), (0, ""), "node's exit status and messages")
    for line, transport in zip(out.stdout.splitlines(), forced, strict=True):
        talked, left = json.loads(line)
        equal((talked["transport"], talked["right"]), (transport, True), "an echo")
        equal((left["transport"], left["code"], left["reason"]), (transport, 3000, "Go away!"),
              "an end")


def write(name, text):
    for key, value in {**PORTS, "HOST": HOST, "DIR": folder,
                       "GATEWAY": gateway.authority_text}.items():
        text = text.replace(f"@{key}@", str(value))
    (folder / name).write_text(text)
    return folder / name


folder = scratch.folder()
gateway = Gateway(top='workers = 2; defaults: { origins = "*"; };', routes='''
sockjs: { path = "/sockjs"; service = "echo"; transports = [ "websocket", "sockjs" ]; };
close: { path = "/close"; service = "close"; transports = [ "websocket", "sockjs" ]; };
plain: { path = "/plain"; service = "echo"; transports = [ "websocket", "sse", "longpoll" ]; };
page: { path = "/page"; respond: { type = "text/html"; body = "<!doctype html><body></body>"; }; };
''')
for name in ("PLAIN", "PACKS", "HAPROXY"):
    before, title = Before(PORTS[name]), name.lower().replace("plain", "nginx")
    for transport, *rest in STREAMS:
        add(f"{title}: {transport}", streams, before, transport, *rest)
    add(f"{title}: xhr", polls, before, "xhr", "POST", "", b"%s\n")
    add(f"{title}: jsonp", polls, before, "jsonp", "GET", "?c=x", b'/**/x("%s");\r\n')
    add(f"{title}: sse", events, before)
    add(f"{title}: longpoll", long_polls, before)
for name in ("TUNNELS", "HAPROXY"):
    port, title = PORTS[name], name.lower().replace("tunnels", "nginx with upgrades")
    add(f"{title}: websocket", upgrades, port, "/plain", "as it is", "as it is")
    add(f"{title}: websocket of SockJS", upgrades, port, "/sockjs/0/0/websocket", '["x"]', 'a["x"]')
    add(f"{title}: websocket of SockJS, raw", upgrades, port, "/sockjs/websocket", "x", "x")
    for library, transports in FORCED.items():
        for transport in transports:
            add(f"{title}: {library}, {transport}", uses, library, port, transport)
for library, first, last in (("sockjs", "xhr-streaming", "xhr-polling"),
                             ("framegate", "sse", "longpoll")):
    for transport in FORCED[library][1:]:
        add(f"nginx: {library}, {transport}", uses, library, PORTS["PLAIN"], transport)
        add(f"packs: {library}, {transport}", uses, library, PORTS["PACKS"], transport)
    add(f"nginx, which knows no upgrades: {library}", uses, library, PORTS["PLAIN"], first, False)
    add(f"nginx, which keeps answers back: {library}", uses, library, PORTS["DEAF"], last, False)
    add(f"haproxy: {library}", uses, library, PORTS["HAPROXY"], "websocket", False)
    add(f"upgrades are cut: {library}", falls_back, library, cuts_upgrades, first)
    add(f"upgrades are swallowed: {library}", falls_back, library, swallows_upgrades, first)
with Service("/usr/sbin/nginx", "-c", write("nginx.conf", NGINX), "-p", folder,
             address=(HOST, PORTS["DEAF"]), log=folder / "nginx.log"), \
        Service("/usr/sbin/haproxy", "-db", "-f", write("haproxy.cfg", HAPROXY),
                address=(HOST, PORTS["HAPROXY"]), log=folder / "haproxy.log"):
    run(gateway)

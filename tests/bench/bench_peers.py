"""The proxies that are measured, and how each is configured for the same job.

All get one worker, no access log, room for enough connections, and the route: everything to one
backend. For the rest they run as their Debian package sets them up. What ends WebSockets
itself (framegate, lighttpd, websockify) speaks TCP to the backend; what only passes them on
(nginx, haproxy) speaks WebSocket to it, which spares it the frames and costs it a second head.
The relay passes raw TCP from the load to the backend. Requests below /http/ go to the backend's
HTTP port, over connections that are kept.
"""
import os
import pathlib
import shutil

from bench_process import raise_files

WEBSOCKET = ("echo", "down", "up", "session")   # over HTTP/1.1
HTTP = ("get", "fetch")
H2 = ("h2-many", "h2-one")                      # WebSockets over HTTP/2
SOCKJS = ("xhr", "xhr_streaming")               # below /sockjs
FILES = min(24000, raise_files() - 100)         # two for each idle session, and some


class Peer:
    """One proxy. config() writes what it needs into its folder and returns its command."""

    name = None
    raw = False         # the load speaks no WebSocket to it
    backend = "tcp"     # what it speaks to the backend
    jobs = WEBSOCKET    # what it can do
    wires = (False, True)   # without TLS, with it
    packages = ()
    idle_most = None    # sessions it can hold on one machine at all
    traceable = True    # by strace and callgrind
    built_here = False  # callgrind gets a copy without debug data, which it may not understand
    on_request = False  # measured only when --only names it
    about = None

    def __init__(self, program=None):
        path = os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin"
        self.program = program or shutil.which(self.name, path=path)

    def missing(self):
        """Why it cannot be measured, or None."""
        if not self.program or not os.access(self.program, os.X_OK):
            return "not found"
        return None

    def config(self, folder, port, place, tls):
        raise NotImplementedError


def write(folder, name, text):
    path = pathlib.Path(folder) / name
    path.write_text(text)
    return str(path)


class Relay(Peer):
    name = "relay"
    raw = True
    built_here = True
    about = "moves bytes, parses nothing: the limit"

    def config(self, folder, port, place, tls):
        command = [self.program, "--listen", f"127.0.0.1:{port}", "--to",
                   f"127.0.0.1:{self.port_behind(place)}"]
        return command + (["--tls", place.pem] if tls else [])

    def port_behind(self, place):
        return place.tcp


class RelayHttp(Relay):
    name = "relay-http"
    jobs = HTTP
    about = "the same before the HTTP port"

    def port_behind(self, place):
        return place.http


class Framegate(Peer):
    name = "framegate"
    built_here = True
    jobs = WEBSOCKET + H2 + HTTP + SOCKJS
    about = "WebSocket to TCP, HTTP to HTTP, SockJS to WebSocket"

    def config(self, folder, port, place, tls):
        profile = f'tls: {{ bench: {{ certificates = ["{place.pem}"]; }}; }};' if tls else ""
        used = ' tls = "bench";' if tls else ""
        return [self.program, "-c", write(folder, "framegate.conf", f"""
workers = 1;
log = {{ level = "warn"; }};
{profile}
listeners: {{ bench: {{ bind = "127.0.0.1:{port}";{used} }}; }};
backends: {{
    bench: {{ {self.target(folder, place)} }};
    http: {{ servers = ["http://127.0.0.1:{place.http}"]; }};
    sockjs: {{ servers = ["ws://127.0.0.1:{place.ws}"]; }};
}};
routes: {{
    http: {{ path = "/http"; backend = "http"; }};
    sockjs: {{ path = "/sockjs"; backend = "sockjs"; transports = [ "sockjs" ]; }};
    bench: {{ path = "/"; backend = "bench"; }};
}};
""")]

    def target(self, folder, place):
        return f'servers = ["tcp://127.0.0.1:{place.tcp}"];'


class Map(Framegate):
    """The token that all sessions come with stands behind all the others."""
    on_request = True
    jobs = WEBSOCKET

    def __init__(self, program, tokens):
        super().__init__(program)
        self.name, self.tokens = f"map-{tokens}", tokens
        self.about = f"framegate with a token file of {tokens:,}"

    def target(self, folder, place):
        others = "".join(f"token-{n}: 127.0.0.1:{place.tcp}\n" for n in range(1, self.tokens))
        tokens = write(folder, "tokens", f"{others}/: 127.0.0.1:{place.tcp}\n")
        return f'map = "{tokens}"; key = "${{path}}";'


class FramegateWs(Framegate):
    name = "framegate-ws"
    backend = "ws"
    jobs = WEBSOCKET + H2
    about = "WebSocket to WebSocket: both ends are its own, frames are unmasked and masked"

    def target(self, folder, place):
        return f'servers = ["ws://127.0.0.1:{place.ws}"];'


class FramegateTunnel(Framegate):
    name = "framegate-tunnel"
    backend = "ws"
    about = "passes WebSockets on to a web server that accepts them, as nginx and haproxy do"
    jobs = ("echo",) + H2

    def target(self, folder, place):
        return f'servers = ["http://127.0.0.1:{place.ws}"];'


class Lighttpd(Peer):
    name = "lighttpd"
    packages = ("lighttpd", "lighttpd-mod-openssl")
    about = "mod_wstunnel, WebSocket to TCP"

    def config(self, folder, port, place, tls):
        ssl = f'ssl.engine = "enable"\nssl.pemfile = "{place.pem}"' if tls else ""
        return [self.program, "-D", "-f", write(folder, "lighttpd.conf", f"""
server.modules = ("mod_wstunnel", "mod_openssl")
server.document-root = "{folder}"
server.bind = "127.0.0.1"
server.port = {port}
server.errorlog = "{folder}/error.log"
server.max-fds = {FILES}
server.max-connections = {FILES // 2}
wstunnel.server = ( "/" => (( "host" => "127.0.0.1", "port" => {place.tcp} )) )
wstunnel.frame-type = "binary"
{ssl}
""")]


class Nginx(Peer):
    name = "nginx"
    packages = ("nginx-light",)
    backend = "ws"
    jobs = WEBSOCKET + HTTP
    about = "passes WebSockets on to a WebSocket backend, HTTP to HTTP"

    def config(self, folder, port, place, tls):
        ssl = f"ssl_certificate {place.pem}; ssl_certificate_key {place.pem};" if tls else ""
        temporary = "\n".join(f"{kind}_temp_path {folder}/{kind};" for kind in
                              ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        return [self.program, "-e", f"{folder}/error.log", "-c", write(folder, "nginx.conf", f"""
daemon off;
master_process off;
pid {folder}/nginx.pid;
error_log {folder}/error.log warn;
worker_rlimit_nofile {FILES};
events {{ worker_connections {FILES}; }}
http {{
    access_log off;
    {temporary}
    upstream http {{ server 127.0.0.1:{place.http}; keepalive 64; }}
    server {{
        listen 127.0.0.1:{port}{" ssl" if tls else ""};
        ssl_protocols TLSv1.2 TLSv1.3;
        {ssl}
        location /http/ {{
            proxy_pass http://http;
            proxy_http_version 1.1;
            proxy_set_header Connection "";
        }}
        location / {{
            proxy_pass http://127.0.0.1:{place.ws};
            proxy_http_version 1.1;
            proxy_set_header Upgrade $http_upgrade;
            proxy_set_header Connection upgrade;
            proxy_read_timeout 1h;
        }}
    }}
}}
""")]


class Haproxy(Peer):
    name = "haproxy"
    packages = ("haproxy",)
    backend = "ws"
    jobs = WEBSOCKET + H2 + HTTP
    about = "passes WebSockets on to a WebSocket backend, HTTP to HTTP"

    def config(self, folder, port, place, tls):
        return [self.program, "-db", "-f", write(folder, "haproxy.cfg", f"""
global
    nbthread 1
    maxconn {FILES // 2 - 500}
defaults
    mode http
    timeout connect 5s
    timeout client 1h
    timeout server 1h
    timeout tunnel 1h
frontend bench
    bind 127.0.0.1:{port}{f" ssl crt {place.pem} alpn h2,http/1.1" if tls else ""}
    use_backend http if {{ path_beg /http/ }}
    default_backend bench
backend bench
    server bench 127.0.0.1:{place.ws}
backend http
    server http 127.0.0.1:{place.http}
""")]


class Nghttpx(Peer):
    name = "nghttpx"
    packages = ("nghttp2-proxy",)
    backend = "ws"
    jobs = H2 + HTTP
    about = "passes WebSockets over HTTP/2 on to a WebSocket backend, HTTP to HTTP"

    def config(self, folder, port, place, tls):
        front = f"--frontend=127.0.0.1,{port}" + ("" if tls else ";no-tls")
        return [self.program, "--conf=/dev/null", "--workers=1", "--single-process",
                "--log-level=ERROR", "--accesslog-file=/dev/null", front,
                f"--backend=127.0.0.1,{place.ws};/", f"--backend=127.0.0.1,{place.http};/http/",
                *([place.key, place.pem] if tls else [])]


class Websockify(Peer):
    name = "websockify"
    packages = ("websockify",)
    idle_most = 50
    traceable = False
    about = "WebSocket to TCP in Python, a process for each session"

    def config(self, folder, port, place, tls):
        ssl = ["--cert", place.pem, "--ssl-only"] if tls else []
        return [self.program, *ssl, f"127.0.0.1:{port}", f"127.0.0.1:{place.tcp}"]


class Pushpin(Peer):
    name = "pushpin"
    packages = ("pushpin",)
    jobs = ("xhr",)
    wires = (False,)
    traceable = False
    about = "SockJS to WebSocket, by a process for connections and two behind it"

    def config(self, folder, port, place, tls):
        runtime = pathlib.Path(folder) / "run"
        runtime.mkdir()
        write(folder, "routes", f"*,sockjs=/sockjs 127.0.0.1:{place.ws}\n")
        ipc = f"ipc://{runtime}/pushpin-zurl"
        return [self.program, "--config", write(folder, "pushpin.conf", f"""
[global]
include={{libdir}}/internal.conf
rundir={runtime}
ipc_prefix=pushpin-
[runner]
services=condure,zurl,pushpin-proxy,pushpin-handler
http_port={port}
logdir={folder}
log_level=1
client_buffer_size=8192
client_maxconn=2000
[proxy]
routesfile=routes
zurl_out_specs={ipc}-in
zurl_out_stream_specs={ipc}-in-stream
zurl_in_specs={ipc}-out
[handler]
push_in_spec=
push_in_sub_specs=
push_in_http_port=0
stats_spec=ipc://{runtime}/pushpin-stats
command_spec=ipc://{runtime}/pushpin-command
""")]


class SockjsNode(Peer):
    name = "sockjs-node"
    packages = ("node-sockjs", "node-faye-websocket", "nodejs")
    jobs = SOCKJS
    traceable = False
    module = "/usr/share/nodejs/sockjs"
    about = "a server of SockJS in node, which echoes by itself and has no backend"

    def __init__(self):
        super().__init__(shutil.which("nodejs"))

    def missing(self):
        return super().missing() or (None if os.path.isdir(self.module) else "not found")

    def config(self, folder, port, place, tls):
        secure = (f"require('https').createServer({{ key: fs.readFileSync('{place.key}'), "
                  f"cert: fs.readFileSync('{place.pem}') }})" if tls
                  else "require('http').createServer()")
        return ["env", "NODE_PATH=/usr/share/nodejs", self.program,
                write(folder, "server.cjs", f"""
const fs = require('fs');
const server = {secure};
const sockjs = require('{self.module}').createServer({{ log: () => {{}} }});
// the first message is an order for the backend of the others
sockjs.on('connection', conn => conn.once('data', () => conn.on('data', m => conn.write(m))));
sockjs.installHandlers(server, {{ prefix: '/sockjs' }});
server.keepAliveTimeout = 3600000;
server.listen({port}, '127.0.0.1');
""")]


# In the order in which they are measured and shown.
def peers(build, framegate):
    return [Relay(f"{build}/bench_relay"), RelayHttp(f"{build}/bench_relay"),
            Framegate(framegate), FramegateWs(framegate), FramegateTunnel(framegate),
            Lighttpd(), Nginx(), Haproxy(), Nghttpx(), Pushpin(), SockjsNode(), Websockify(), Map(framegate, 1),
            Map(framegate, 20000)]

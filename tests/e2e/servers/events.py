"""
An HTTP service behind WebSocket-over-HTTP, without any state of its own: how many messages a
session has had is in its Meta-Count. It echoes with that number in front, and prints how
clients end it: events.py HOST PORT [PEM].
"""
import http.server
import ssl
import sys

TYPE = "application/websocket-events"


def read(body):
    while body:
        line, _, body = body.partition(b"\r\n")
        name, _, length = line.partition(b" ")
        content = None
        if length:
            content, body = body[:int(length, 16)], body[int(length, 16) + 2:]
        yield name.decode(), content


def event(name, content=None):
    if content is None:
        return name.encode() + b"\r\n"
    return b"%s %x\r\n%s\r\n" % (name.encode(), len(content), content)


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1       # an answer is one packet

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        count = int(self.headers.get("Meta-Count", 0))
        out, fields = b"", []
        for name, content in read(body):
            if name == "OPEN":
                out += event("OPEN")
                fields += [("Keep-Alive-Interval", "20")]
                if offer := self.headers.get("Sec-WebSocket-Protocol"):
                    fields += [("Sec-WebSocket-Protocol", offer.split(", ")[-1])]
            elif name in ("TEXT", "BINARY"):
                count += 1
                out += event(name, b"%d " % count + content)
                if content == b"bye":
                    out += event("CLOSE", (4321).to_bytes(2, "big") + b"so long")
            elif name == "CLOSE":
                end = content or b""
                print(int.from_bytes(end[:2], "big"), end[2:].decode(), flush=True)
                out += event("CLOSE", content)
            elif name == "DISCONNECT":
                print(1006, "", flush=True)
        self.reply(200, out, [("Content-Type", TYPE), ("Set-Meta-Count", str(count)), *fields])

    def reply(self, status, body, fields):
        self.send_response(status)
        for name, value in fields:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class Server(http.server.ThreadingHTTPServer):
    request_queue_size = 1000


server = Server((sys.argv[1], int(sys.argv[2])), Handler)
if len(sys.argv) > 3:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(sys.argv[3])
    server.socket = context.wrap_socket(server.socket, server_side=True,
                                        do_handshake_on_connect=False)
server.serve_forever()

"""
An HTTP service that knows no WebSocket: GET /events waits for a message, POST /send brings one. It
keeps what it has said until it hears in Framegate-Received that it came, and echoes what it gets:
polled.py HOST PORT [PEM].
"""
import http.server
import ssl
import sys
import threading

HOLD = 5        # seconds until a poll is answered with nothing
sessions, news = {}, threading.Condition()


class Session:
    def __init__(self):
        self.said, self.heard = [], 0


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1       # an answer is one packet

    def session(self):
        return sessions.setdefault(self.headers["Framegate-Session"], Session())

    def answer(self, status, kind="", body=b""):
        self.send_response(status)
        if kind:
            self.send_header("Content-Type", kind)
        if status != 204:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        received = int(self.headers["Framegate-Received"])
        with news:
            session = self.session()
            if not news.wait_for(lambda: len(session.said) > received, HOLD):
                self.answer(204)
                return
            message = session.said[received]
        if message[1] == b"end":
            self.answer(410)
        else:
            self.answer(200, *message)

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        with news:
            session = self.session()
            session.heard += 1
            if session.heard != int(self.headers["Framegate-Seq"]):
                self.answer(400)
                return
            self.answer(204)
            self.wfile.flush()      # who hears the echo knows that it was taken
            session.said.append((self.headers["Content-Type"], body))
            news.notify_all()

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

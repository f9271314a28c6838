"""A web server that believes nothing: it reads HTTP/1.1 by its own strict rules and records it."""
import contextlib
import hashlib
import re
import socket
import threading

from harness.address import HOST

LINE = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+) (/[\x21-\x7e]*|\*) HTTP/1\.1")
FIELD = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+): ([\x20-\x7e\x80-\xff\t]*)")
KEPT = 1 << 20           # bytes of a body; of the rest only length and digest
HOP = {"keep-alive", "proxy-connection", "te", "trailer", "proxy", "proxy-authorization"}


class Bad(Exception):
    """What came is no proper request."""


class Request:
    def __init__(self, head, connection):
        lines = head[:-4].split(b"\r\n")
        match = LINE.fullmatch(lines[0])
        if not match:
            raise Bad(f"request line {lines[0]!r}")
        self.method, self.target = match[1].decode(), match[2].decode()
        self.fields = []
        self.connection = connection
        self.body, self.bytes, self.digest = b"", 0, hashlib.sha256()
        for line in lines[1:]:
            match = FIELD.fullmatch(line)
            if not match:
                raise Bad(f"field {line!r}")
            self.fields.append((match[1].decode().lower(), match[2].decode("latin-1")))
        self._check()

    def all(self, name):
        return [value for n, value in self.fields if n == name.lower()]

    def one(self, name):
        values = self.all(name)
        return values[0] if len(values) == 1 else None

    def add(self, piece):
        self.bytes += len(piece)
        self.digest.update(piece)
        if self.bytes <= KEPT:
            self.body += piece

    def _check(self):
        lengths, codings = self.all("content-length"), self.all("transfer-encoding")
        if len(self.all("host")) != 1:
            raise Bad(f"{len(self.all('host'))} Host fields")
        if len(lengths) + len(codings) > 1:
            raise Bad(f"lengths {lengths}, codings {codings}")
        if lengths and not re.fullmatch(r"0|[1-9][0-9]*", lengths[0]):
            raise Bad(f"length {lengths[0]!r}")
        if codings and codings[0] != "chunked":
            raise Bad(f"coding {codings[0]!r}")
        wrong = HOP.intersection(name for name, _ in self.fields)
        if wrong:
            raise Bad(f"hop-by-hop fields {wrong}")
        for value in self.all("connection"):
            if value not in ("Upgrade", "close"):
                raise Bad(f"Connection: {value}")
        for name in ("x-forwarded-for", "x-forwarded-proto", "forwarded"):
            if len(self.all(name)) != 1:
                raise Bad(f"{len(self.all(name))} of {name}")


class Web:
    """
    Answers each request by answer(request, send), which returns False to close. `requests` are
    those that were complete, `bad` what was none, `opened` counts connections.
    """

    def __init__(self, answer=None):
        self.answer = answer or self.ok
        self.sock = socket.create_server((HOST, 0), backlog=4096)
        self.url = f"http://{HOST}:{self.sock.getsockname()[1]}"
        self.requests, self.bad, self.opened = [], [], 0
        self.lock = threading.Lock()

    @staticmethod
    def ok(request, send):
        body = f"{request.method} {request.target}".encode()
        head = b"HTTP/1.1 200 OK\r\nX-Web: 1\r\nContent-Length: %d\r\n\r\n" % len(body)
        send(head + (b"" if request.method == "HEAD" else body))
        return True

    def _loop(self):
        with contextlib.suppress(OSError):
            while True:
                sock, _ = self.sock.accept()
                self.opened += 1
                threading.Thread(target=self._serve, args=(sock, self.opened),
                                 daemon=True).start()

    def _serve(self, sock, connection):
        with sock, sock.makefile("rb") as stream, contextlib.suppress(OSError):
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            while True:
                try:
                    request = self._read(stream, connection, sock.sendall)
                except Bad as why:
                    self.bad.append(str(why))
                    return
                if request is None:
                    return
                request.socket, request.stream = sock, stream
                with self.lock:
                    self.requests.append(request)
                if not self.answer(request, sock.sendall):
                    return

    def _read(self, stream, connection, send):
        """One request; None: it ended before it was complete."""
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            line = stream.readline()
            if not line.endswith(b"\n"):
                return None
            if not line.endswith(b"\r\n"):
                raise Bad(f"line {line!r}")
            head += line
        request = Request(head, connection)
        if request.one("expect"):
            send(b"HTTP/1.1 100 Continue\r\n\r\n")
        length = int(request.one("content-length") or 0)
        if request.one("transfer-encoding"):
            return request if self._chunks(stream, request) else None
        while request.bytes < length:
            piece = stream.read1(min(length - request.bytes, KEPT))
            if not piece:
                return None
            request.add(piece)
        return request

    @staticmethod
    def _chunks(stream, request):
        while True:
            line = stream.readline()
            if not line.endswith(b"\r\n"):
                return False
            if not re.fullmatch(rb"[0-9a-f]+\r\n", line):
                raise Bad(f"chunk {line!r}")
            size = int(line, 16)
            piece = stream.read(size + 2)
            if len(piece) < size + 2:
                return False
            if piece[size:] != b"\r\n":
                raise Bad(f"end of a chunk {piece[size:]!r}")
            request.add(piece[:size])
            if size == 0:
                return True

    def died(self):
        return False

    def __enter__(self):
        threading.Thread(target=self._loop, daemon=True).start()
        return self

    def __exit__(self, *_):
        with contextlib.suppress(OSError):
            self.sock.shutdown(socket.SHUT_RDWR)
        self.sock.close()

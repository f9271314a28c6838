"""conf/examples/website.conf: files, an old address, and lines of two services that take turns."""
import gzip

from harness import scratch, ws
from harness.backends import Backend
from harness.cases import case, equal, run
from harness.http1 import fetch, read_response
from harness.recipe import recipe

LIVE = "/live"


def ticker(name):
    """Says its name, then each line again, and bytes that are no text."""
    def answer(wire):
        wire.send(name + b"\n")
        while True:
            wire.send(b"\xfcber " + wire.read_until(b"\n"))
    return answer


@case("pages, and 404 where there are none")
def pages():
    for path, status, body in (("/", 200, b"<!doctype html>site"),
                               ("/quotes.html", 200, b"<!doctype html>quotes"), ("/a/b", 404, None)):
        got = fetch(gateway, path)
        equal(got.status, status, f"status of {path}")
        equal(body in (None, got.body), True, f"{path}: {got.body}")
    equal(fetch(gateway, "/quotes.html").header("Content-Type").startswith("text/html"), True, "type")


@case("the address of the old site leads to the new one")
def old():
    got = fetch(gateway, "/ticker/ACME")
    equal((got.status, got.header("Location")), (301, "/quotes.html?symbol=ACME"), "answer")
    equal(fetch(gateway, "/ticker/acme").status, 404, "status of another path")


@case("two sessions, two services; what is no text is mended")
def live():
    names = set()
    for _ in range(2):
        with ws.connect(gateway, LIVE, headers=["Origin: https://www.example.com"]) as session:
            opcode, name = session.message()
            equal(opcode, ws.TEXT, "opcode")
            names.add(name)
            session.text("grüße")
            session.expect_message(ws.TEXT, "\ufffdber grüße".encode())
            session.finish()
    equal(names, {b"one", b"two"}, "services")
    gateway.expect_record(type="session", route="ticker", close_code=1000)


@case("pages of others may not")
def others():
    with gateway.wire() as wire:
        wire.send(ws.handshake(LIVE, headers=["Origin: https://evil.example"]))
        equal(read_response(wire).status, 403, "status")


@case("quotes as data: compressed, for pages of the same company, and for a minute")
def data():
    response = fetch(gateway, "/quotes/AAPL.json", headers=[
        "Accept-Encoding: gzip", "Origin: https://shop.example.com"])
    equal((response.status, gzip.decompress(response.body)), (200, QUOTE), "answer")
    equal([response.header(name) for name in ("Content-Type", "Content-Encoding", "Cache-Control",
                                              "Access-Control-Allow-Origin")],
          ["application/json", "gzip", "max-age=60", "https://shop.example.com"], "headers")
    response = fetch(gateway, "/quotes/AAPL.json", headers=["Origin: https://evil.example"])
    equal((response.body, response.header("Access-Control-Allow-Origin")), (QUOTE, None), "plain")


QUOTE = b'{"symbol": "AAPL", "price": 42}\n'
one, two = (Backend().serve(ticker(name)) for name in (b"one", b"two"))
folder = scratch.folder()
for name, text in (("index", "site"), ("quotes", "quotes")):
    (folder / f"{name}.html").write_text(f"<!doctype html>{text}")
quotes = scratch.folder()
(quotes / "AAPL.json").write_bytes(QUOTE)
(quotes / "AAPL.json.gz").write_bytes(gzip.compress(QUOTE))
gateway = recipe("website", one=("tcp://ticker1.example.com:7000", one.url),
                 two=("tcp://ticker2.example.com:7000", two.url), site=("/var/www/site", folder), quotes=("/var/www/quotes", quotes))
run(gateway)

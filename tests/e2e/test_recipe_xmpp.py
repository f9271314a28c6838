"""conf/examples/xmpp.conf: prosody, two users who register, log in and talk."""
import base64
import re

from harness import scratch, ws
from harness.address import HOST, free_port
from harness.cases import case, equal, run
from harness.recipe import recipe
from harness.service import Service

folder, port = scratch.folder(), free_port()
(folder / "prosody.cfg.lua").write_text(f"""
pidfile = "{folder}/prosody.pid"
data_path = "{folder}"
run_as_root = true
modules_enabled = {{ "roster"; "saslauth"; "register"; "disco" }}
modules_disabled = {{ "s2s"; "tls"; "offline" }}
allow_registration = true
c2s_require_encryption = false
allow_unencrypted_plain_auth = true
authentication = "internal_plain"
c2s_ports = {{ {port} }}
c2s_interfaces = {{ "{HOST}" }}
interfaces = {{ "{HOST}" }}
log = {{ info = "{folder}/prosody.log" }}
VirtualHost "localhost"
""")
OPEN = ("<?xml version='1.0'?><stream:stream to='localhost' version='1.0' xmlns='jabber:client' "
        "xmlns:stream='http://etherx.jabber.org/streams'>")


class User:
    def __init__(self, name):
        self.name, self.seen = name, ""
        self.socket = ws.connect(gateway, "/xmpp")
        self.stream()
        self.say(f"<iq type='set' id='r'><query xmlns='jabber:iq:register'><username>{name}"
                 "</username><password>pw</password></query></iq>")
        self.until(r"<iq[^>]*type='result'[^>]*>")
        login = base64.b64encode(b"\0" + name.encode() + b"\0pw").decode()
        self.say(f"<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>{login}</auth>")
        self.until("<success[^>]*>")
        self.stream()
        self.say("<iq type='set' id='b'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>")
        self.jid = self.until("<jid>(.*?)</jid>")[1]

    def say(self, text):
        self.socket.text(text)

    def stream(self):
        self.say(OPEN)
        self.until("</stream:features>")

    def until(self, pattern):
        while not (found := re.search(pattern, self.seen, re.S)):
            opcode, text = self.socket.message()
            equal(opcode, ws.TEXT, "opcode")
            self.seen += text.decode()
        self.seen = self.seen[found.end():]
        return found

    def leave(self):
        self.say("</stream:stream>")
        self.until("</stream:stream>")
        self.socket.expect_failed(1000)


@case("two users register, log in and talk")
def talk():
    jo, al = User("jo"), User("al")
    for i in range(5):
        jo.say(f"<message to='{al.jid}' type='chat'><body>grüße {i} €</body></message>")
        found = al.until("<message[^>]*from='([^']*)'[^>]*>.*?<body>(.*?)</body>")
        equal((found[1], found[2]), (jo.jid, f"grüße {i} €"), "what al hears")
    long = "é€😀" * 10_000
    for _ in range(2):
        jo.say(f"<message to='{al.jid}' type='chat'><body>{long}</body></message>")
        equal(al.until("<body>(.*?)</body>")[1] == long, True, "what al hears of 90 kB")
    jo.leave()
    al.leave()


@case("a stanza that is no XML ends the stream, properly")
def broken():
    jo = User("jo2")
    jo.say("<message></iq>")
    jo.until("not-well-formed.*</stream:stream>")
    jo.socket.expect_failed(1000)


gateway = recipe("xmpp", server=("localhost:5222", f"{HOST}:{port}"))
with Service("prosody", "--config", folder / "prosody.cfg.lua", "-F", address=(HOST, port),
             log=folder / "output.log"):
    run(gateway)

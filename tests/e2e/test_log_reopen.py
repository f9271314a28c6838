"""SIGUSR1: log files are opened anew, so that they can be moved away."""
import signal

from harness import ws
from harness.cases import add, equal, run
from harness.gateway import Gateway
from harness.http1 import read_response
from harness.wait import until

CONF = '''
log: {{ to = "@DIR@/error.log"; format = "{format}"; }};
access_log: {{ to = "@DIR@/access.log"; format = "json"; }};
listeners: {{ plain: {{ bind = "@HOST@:{port}"; }}; }};
routes: {{ all: {{ path = "/ws"; service = "echo"; }}; }};
'''


def provoke(gateway, mark):
    """A refused origin leaves a line in both logs that holds the mark."""
    with gateway.wire() as wire:
        wire.send(ws.handshake(f"/ws/{mark}", headers=[f"Origin: http://{mark}.example"]))
        equal(read_response(wire).status, 403, "status")


def reopened(form):
    gateway = Gateway()
    gateway.configure(CONF.format(format=form, port=gateway.port))
    logs = [gateway.dir / "error.log", gateway.dir / "access.log"]
    with gateway:
        provoke(gateway, "before")
        for log in logs:
            until(lambda: "before" in log.read_text(), f"a line in {log.name}")
            log.rename(log.with_suffix(".old"))
        provoke(gateway, "between")
        for log in logs:
            until(lambda: "between" in log.with_suffix(".old").read_text(), "the moved file grows")
            equal(log.exists(), False, f"{log.name} exists before the signal")
        gateway.signal(signal.SIGUSR1)
        for log in logs:
            until(log.exists, f"{log.name} to be opened anew")
        provoke(gateway, "after")
        for log in logs:
            until(lambda: "after" in log.read_text(), f"a line in {log.name}")
            equal("after" in log.with_suffix(".old").read_text(), False, "lines in the moved file")


for form in ("text", "json"):
    add(f"{form} logs are opened anew", reopened, form)
run()

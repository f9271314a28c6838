"""The files of conf/examples as they are, but for where they listen and what stands behind."""
import pathlib
import re

from harness.address import HOST, free_port
from harness.cases import equal
from harness.gateway import Gateway, command

EXAMPLES = pathlib.Path(__file__).resolve().parents[3] / "conf" / "examples"
LOG = 'log: { to = "stderr"; };\n'
ACCESS = "/var/log/framegate/access.log"
ACCESS_LOG = f'access_log: {{ to = "{ACCESS}"; format = "json"; }};\n'


def recipe(name, **places):
    """
    A gateway that runs the example; places: what is put instead of which text, with keys freely
    chosen: each value is a pair (text in the example, what stands there in the test), in which
    @HOST@, @PORT@ and @DIR@ are filled in. A second listener is the gateway's tls_port.
    """
    text, ports = (EXAMPLES / f"{name}.conf").read_text(), [free_port(), free_port()]
    for old, new in places.values():
        if old not in text:
            raise AssertionError(f"{name}.conf does not hold {old!r}")
        text = text.replace(old, str(new))
    text, left = text.replace("@PORT@", str(ports[0])), iter(ports)
    text = re.sub(r"bind = [^;]*;", lambda _: f'bind = "{HOST}:{next(left)}";', text)
    if "access_log:" not in text:
        text = ACCESS_LOG + text
    gateway = Gateway(conf=LOG + text.replace(ACCESS, "@DIR@/access.log"), port=ports[0])
    gateway.tls_port = ports[1]
    checked = command("check", "-c", str(gateway.conf_file))
    equal((checked.returncode, checked.stderr), (0, ""), f"what check says about {name}.conf")
    return gateway

"""The files of conf/examples as they are, but for where they listen and what stands behind."""
import pathlib
import re

from harness.address import HOST, free_port
from harness.gateway import Gateway

EXAMPLES = pathlib.Path(__file__).resolve().parents[3] / "conf" / "examples"
LOG = 'log: { to = "stderr"; };\naccess_log: { to = "@DIR@/access.log"; format = "json"; };\n'


def recipe(name, **places):
    """
    A gateway that runs the example; places: what is put instead of which text, with '_' keys
    freely chosen: each value is a pair (text in the example, what stands there in the test).
    """
    text, port = (EXAMPLES / f"{name}.conf").read_text(), free_port()
    text, n = re.subn(r"bind = [^;]*;", f'bind = "{HOST}:{port}";', text)
    if n != 1:
        raise AssertionError(f"{name}.conf listens {n} times")
    for old, new in places.values():
        if old not in text:
            raise AssertionError(f"{name}.conf does not hold {old!r}")
        text = text.replace(old, str(new))
    return Gateway(conf=LOG + text, port=port)

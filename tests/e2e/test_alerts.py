"""contrib/: alerts do what they promise, and what they and the dashboard ask for is there."""
import json
import pathlib
import re
import shutil
import subprocess

from harness import scratch, ws
from harness.admin import Admin
from harness.backends import Backend
from harness.cases import Skip, add, case, equal, run
from harness.gateway import Gateway

TOP = pathlib.Path(__file__).resolve().parents[2] / "contrib"
RULES = TOP / "prometheus" / "framegate.rules.yml"
DASHBOARD = json.loads((TOP / "grafana" / "framegate.json").read_text())
METRIC = re.compile(r"\b((?:framegate|process)_[a-z_]+)\b")
LABELS = re.compile(r"(?:by|on) \(([a-z, ]+)\)")
backend = Backend()


def promtool(*args):
    if not shutil.which("promtool"):
        raise Skip("there is no promtool")
    result = subprocess.run(["promtool", *map(str, args)], capture_output=True, text=True,
                            cwd=RULES.parent)
    equal((result.returncode, result.stderr), (0, ""), f"promtool: {result.stdout}")


def expressions():
    """Of the dashboard: what its panels and its marks ask for, with its variables filled in."""
    panels = [target["expr"] for panel in DASHBOARD["panels"]
              for target in panel.get("targets", [])]
    marks = [mark["expr"] for mark in DASHBOARD["annotations"]["list"]]
    return [expr.replace("$__rate_interval", "5m").replace("$job", ".*").replace("$instance", ".*")
            for expr in panels + marks]


@case("the dashboard's expressions are understood by Prometheus")
def dashboard():
    rules = {"groups": [{"name": "dashboard", "rules": [
        {"record": f"dashboard:{i}", "expr": expr} for i, expr in enumerate(expressions())]}]}
    path = scratch.folder() / "rules.yml"       # JSON is YAML
    path.write_text(json.dumps(rules))
    promtool("check", "rules", path)


@case("its panels stand beside each other, each with a name")
def panels():
    taken, ids = {}, set()
    for panel in DASHBOARD["panels"]:
        at = panel["gridPos"]
        for x in range(at["x"], at["x"] + at["w"]):
            for y in range(at["y"], at["y"] + at["h"]):
                equal(taken.setdefault((x, y), panel["title"]), panel["title"], "a place")
        equal(at["x"] + at["w"] <= 24, True, f"{panel['title']} is within the width, that")
        ids.add(panel["id"])
    equal(len(ids), len(DASHBOARD["panels"]), "ids")


@case("every metric and label that is asked for is there")
def there():
    admin = Admin()
    routes = 'echo: { path = "/echo"; service = "echo"; }; tcp: { backend = "b"; };'
    with Gateway(routes=routes, backends=f'b: {{ servers = ["{backend.url}"]; }};',
                 top=admin.conf) as gw:
        with ws.connect(gw, "/echo", True) as socket:
            socket.finish()
        admin.expect(gw, {("framegate_sessions", "backend=", "route=echo",
                           "transport=websocket"): 0})
        samples = admin.metrics(gw)
    names = {key[0] for key in samples}
    labels = {label.split("=")[0] for key in samples for label in key[1:]} | {"job", "instance"}
    for text in [RULES.read_text(), *expressions()]:
        asked = set(METRIC.findall(text)) - {"framegate_metrics"}
        equal(sorted(asked - names), [], "metrics that are not there")
        by = {label.strip() for group in LABELS.findall(text) for label in group.split(",")}
        equal(sorted(by - labels), [], "labels that are not there")


add("the rules are rules", promtool, "check", "rules", RULES)
add("each alert comes when it should, and not otherwise", promtool, "test", "rules",
    "framegate.rules.test.yml")
run()

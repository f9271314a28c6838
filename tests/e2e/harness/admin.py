"""The admin listener: its place in the configuration, its pages, its metrics as numbers."""
import json
import re

from harness.address import HOST, free_port
from harness.cases import equal
from harness.http1 import read_response, request
from harness.wait import until

SAMPLE = re.compile(r'^([a-z_]+)(?:\{(.*)\})? (\S+)$')
LABEL = re.compile(r'([a-z_]+)="((?:[^"\\]|\\.)*)"')


def samples(text):
    """{(name, label=value, …): number} of metrics as text, whose labels are sorted by name."""
    numbers = {}
    for line in text.splitlines():
        found = SAMPLE.match(line)
        if line.startswith("#"):
            continue
        key = (found[1], *sorted(f"{name}={value}" for name, value in
                                 LABEL.findall(found[2] or "")))
        equal(key in numbers, False, f"{key} is there twice, that")
        numbers[key] = float(found[3])
    return numbers


class Admin:
    """`conf` belongs into a configuration's top level; then it answers."""

    def __init__(self):
        self.port = free_port()
        self.conf = f'admin: {{ http = "{HOST}:{self.port}"; }};'
        self.url = f"http://{HOST}:{self.port}/"

    def wire(self, gateway):
        return gateway.wire_to(self.port)

    def fetch(self, gateway, path="/metrics", method="GET", host=HOST, headers=()):
        with self.wire(gateway) as wire:
            wire.send(request(path, method, host=host, headers=headers))
            return read_response(wire, method)

    def text(self, gateway, path="/metrics", headers=()):
        answer = self.fetch(gateway, path, headers=headers)
        equal(answer.status, 200, f"status of {path}")
        return answer.body.decode()

    def metrics(self, gateway):
        return samples(self.text(gateway))

    def status(self, gateway):
        return json.loads(self.text(gateway, "/status.json"))

    def expect(self, gateway, wanted):
        """Waits until metrics have these values: {(name, labels…): number}."""
        def differing():
            now = self.metrics(gateway)
            return {key: now.get(key) for key, number in wanted.items() if now.get(key) != number}
        until(lambda: not differing(), f"metrics {wanted}", diagnose=differing)

"""Turns samples into tables and says which goals are met."""
import statistics

from bench_measure import RECEIVE, SEND, WAIT


def spread(values, digits=2):
    """Median and, if there is more than one, the range."""
    middle = f"{statistics.median(values):.{digits}f}"
    if len(values) < 2:
        return middle
    return f"{middle} ({min(values):.{digits}f}..{max(values):.{digits}f})"


def quotients(ours, theirs):
    """CPU of some samples over that of others, round by round: neighbours share the weather."""
    mine = {s["round"]: s["cpu_us"] for s in ours}
    other = {s["round"]: s["cpu_us"] for s in theirs}
    return [mine[n] / other[n] for n in mine if n in other]


def ratios(samples, ours, theirs):
    return quotients(samples.get(ours, []), samples.get(theirs, []))


def table(head, rows):
    widths = [max(len(str(row[i])) for row in [head, *rows]) for i in range(len(head))]
    for row in [head, *rows]:
        cells = [f"{cell:<{w}}" if i == 0 else f"{cell:>{w}}"
                 for i, (cell, w) in enumerate(zip(row, widths))]
        print("  " + "   ".join(cells).rstrip())


def wire(tls):
    return "wss" if tls else "ws"


def protocol(scenario):
    """What the load speaks, as the titles have it."""
    plain = "http" if scenario.job in ("get", "fetch", "xhr", "xhr_streaming") else "ws"
    return plain + "s" * scenario.tls


def versions_table(result, tls):
    """What the same echo costs over HTTP/2 and over HTTP/1.1."""
    echo = result.samples.get(f"echo {wire(tls)}", {})
    rows = []
    for name in echo:
        found = [quotients(result.samples.get(f"{job} {wire(tls)}", {}).get(name, []), echo[name])
                 for job in ("h2-many", "h2-one")]
        if any(found):
            rows.append((name, *(spread(values) if values else "-" for values in found)))
    if rows:
        print(f"\nCPU for an echo over HTTP/2 / over HTTP/1.1, {wire(tls)}")
        table(("", "8 streams each", "64 streams on one"), rows)


def scenario_table(scenario, samples):
    connections = f"{scenario.connections} connection" + "s" * (scenario.connections > 1)
    print(f"\n{scenario.title} over {protocol(scenario)}, {connections}")
    rows = []
    for name, values in samples.items():
        to_relay = ratios(samples, name, "relay") or ratios(samples, name, "relay-http")
        of_ours = ratios(samples, "framegate", name)
        rows.append((name, f"{statistics.median(v['rate'] for v in values):,.0f}",
                     spread([v["cpu_us"] for v in values], 1),
                     spread(to_relay) if to_relay else "-",
                     spread(of_ours) if of_ours and name != "framegate" else "-"))
    table(("", f"{scenario.unit}/s", f"CPU us/{scenario.unit}", "CPU / relay",
           "framegate's CPU / its"), rows)


def call_groups(calls):
    """(receives, sends, waits, the others by name) for one echo."""
    def total(names):
        return sum(n for name, n in calls.items() if name in names)
    others = {name: n for name, n in calls.items() if name not in RECEIVE | SEND | WAIT}
    return total(RECEIVE), total(SEND), total(WAIT), others


def calls_table(calls, tls):
    print(f"\nSystem calls for one 64-byte echo over {wire(tls)} (strace, one connection)")
    rows = []
    for name, counted in calls.items():
        receives, sends, waits, others = call_groups(counted)
        rest = ", ".join(f"{other} {n:.2f}" for other, n in sorted(others.items()))
        rows.append((name, f"{receives:.2f}", f"{sends:.2f}", f"{waits:.2f}", rest or "none"))
    table(("", "receive", "send", "epoll_wait", "others"), rows)


def single_table(title, head, values):
    print(f"\n{title}")
    table(("", head), [(name, value) for name, value in values.items()])


class Goals:
    """The verdicts; a goal whose figures are missing is named as not measured."""

    def __init__(self):
        self.verdicts = []

    def add(self, what, value, met, shown=None):
        word = "not measured" if value is None else "met" if met(value) else "NOT MET"
        self.verdicts.append({"goal": what, "value": value, "verdict": word,
                              "shown": shown or ("" if value is None else f"{value:.2f}")})

    def at_most(self, what, value, limit, digits=2):
        self.add(what, value, lambda v: v <= limit,
                 None if value is None else f"{value:,.{digits}f}")

    def print(self, unmeasured):
        shown = [v for v in self.verdicts if unmeasured or v["value"] is not None]
        if shown:
            print("\nGoals")
            table(("", "figure", "verdict"), [(v["goal"], v["shown"], v["verdict"])
                                              for v in shown])


def median_or_none(values):
    return statistics.median(values) if values else None


def exact_calls(calls):
    receives, sends, _, others = call_groups(calls)
    return not others and abs(receives - 2) < 0.02 and abs(sends - 2) < 0.02


def work_goals(result, goals):
    limits = {"echo": {"relay": 1.10, "lighttpd": 1, "haproxy": 1}, "down": {"relay": 1.2},
              "up": {"relay": 1.2}, "session": {"lighttpd": 1}, "h2-many": {"haproxy": 1},
              "h2-one": {"haproxy": 1},
              "get": {"nginx": 1.2, "haproxy": 1.2}, "fetch": {"nginx": 1.2, "haproxy": 1.2},
              "xhr": {"sockjs-node": 1, "pushpin": 1}, "xhr_streaming": {"sockjs-node": 1}}
    for scenario in result.scenarios:
        samples = result.samples[scenario.key]
        for name, limit in limits[scenario.job].items():
            goals.at_most(f"{scenario.title} over {protocol(scenario)}: "
                          f"CPU at most {limit:.2f} x {name}'s",
                          median_or_none(ratios(samples, "framegate", name)), limit)
        if scenario.job == "session" and "map-20000" in samples:
            goals.at_most(f"{scenario.title} over {wire(scenario.tls)}: CPU with 20,000 tokens "
                          "at most 1.05 x with one",
                          median_or_none(ratios(samples, "map-20000", "map-1")), 1.05)


def judge(result):
    goals = Goals()
    work_goals(result, goals)
    for tls, limit in ((False, 2048), (True, 16384)):
        goals.at_most(f"idle {wire(tls)} session: at most {limit // 1024} KiB, in bytes",
                      result.idle.get(tls, {}).get("framegate", {}).get("bytes"), limit, 0)
    for tls in (False, True):
        counted = result.calls.get(tls, {}).get("framegate")
        shown = None
        if counted is not None:
            receives, sends, _, others = call_groups(counted)
            shown = f"{receives:.2f} + {sends:.2f}" + (" + others" if others else "")
        goals.add(f"echo over {wire(tls)}: 2 receives, 2 sends and epoll_wait only", counted,
                  exact_calls, shown)
    goals.at_most("echo over ws: at most 1,500 user instructions",
                  result.instructions.get(False, {}).get("framegate"), 1500, 0)
    return goals


def tables(result):
    for scenario in result.scenarios:
        if result.samples[scenario.key]:
            scenario_table(scenario, result.samples[scenario.key])
    for tls in (False, True):
        versions_table(result, tls)
    for tls, counted in result.calls.items():
        calls_table(counted, tls)
    for tls, values in result.instructions.items():
        single_table(f"User instructions for one 64-byte echo over {wire(tls)} (callgrind)",
                     "instructions", {name: f"{n:,.0f}" for name, n in values.items()})
    for tls, values in result.idle.items():
        single_table(f"Memory of one idle {wire(tls)} session (PSS without files)", "bytes",
                     {f"{name} ({v['sessions']} sessions)": f"{v['bytes']:,.0f}"
                      for name, v in values.items()})

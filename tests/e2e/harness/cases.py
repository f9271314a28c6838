"""Named cases. A test file declares them; run() executes them and says one line for each."""
import contextlib
import faulthandler
import fnmatch
import signal
import sys
import traceback

_cases = []


class Skip(Exception):
    """Raised by a case that cannot be run here; says why."""


def add(name, function, *args):
    """Declares a row of a table: function(*args) under that name."""
    _cases.append((name, function, args))


def case(name):
    """Declares the decorated function as a case."""
    def declare(function):
        add(name, function)
        return function
    return declare


def equal(got, wanted, what="value"):
    if got != wanted:
        raise AssertionError(f"{what} is {_short(got)}, not {_short(wanted)}")


def contains(text, part, what="text"):
    if part not in text:
        raise AssertionError(f"{what} does not hold {_short(part)}: {_short(text, 2000)}")


def _short(value, limit=400):
    text, half = repr(value), limit // 2
    return text if len(text) <= limit else f"{text[:half]}…{text[-half:]} ({len(text)})"


def _say(verdict, name, detail=""):
    print(f"{verdict} - {name}", flush=True)
    for line in detail.rstrip().splitlines():
        print(f"#   {line}", flush=True)


def _diagnosis(resources):
    logs = [r.diagnosis() for r in resources if hasattr(r, "diagnosis")]
    error = sys.exc_info()[1]
    error.__traceback__ = error.__traceback__.tb_next or error.__traceback__
    return "".join(traceback.format_exception(error)) + "".join(logs)


def _execute(name, function, args, resources):
    try:
        function(*args)
        _say("ok", name)
        return True
    except Skip as why:
        _say("skip", f"{name}: {why}")
        return True
    except Exception:
        _say("not ok", name, _diagnosis(resources))
        return False


def run(*resources):
    """Enters the resources, runs the cases, leaves; leaving is a case of its own."""
    faulthandler.register(signal.SIGUSR1)
    pattern = sys.argv[1] if len(sys.argv) > 1 else "*"
    good = True
    stack = contextlib.ExitStack()
    try:
        for resource in resources:
            stack.enter_context(resource)
    except Exception:
        _say("not ok", "start", _diagnosis(resources))
        sys.exit(1)
    for name, function, args in _cases:
        if fnmatch.fnmatch(name, pattern):
            good &= _execute(name, function, args, resources)
            if not good and any(resource.died() for resource in resources):
                break                   # one crash is one failure, not hundreds
    if resources:
        good &= _execute("a clean stop", stack.close, (), resources)
    sys.exit(0 if good else 1)

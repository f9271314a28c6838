"""Waiting for events: a generous deadline for what must come, never a delay that hopes."""
import os
import time

DEADLINE = float(os.environ.get("FRAMEGATE_E2E_DEADLINE", "30"))


class Clock:
    """Counts a deadline down across several waits."""

    def __init__(self, seconds=None):
        self.end = time.monotonic() + (DEADLINE if seconds is None else seconds)

    def left(self):
        return max(0.0, self.end - time.monotonic())


def until(condition, what, seconds=None, diagnose=None):
    """Returns the first true value of condition(); fails naming what was waited for."""
    clock = Clock(seconds)
    while True:
        value = condition()
        if value:
            return value
        if not clock.left():
            detail = f": {diagnose()}" if diagnose else ""
            raise AssertionError(f"waited in vain for {what}{detail}")
        time.sleep(0.01)

"""Room for many sockets."""
import resource

from harness.cases import Skip


def need(n):
    """Raises the limit of open files, also for the programs started from here."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < n:
        raise Skip(f"needs {n} open files, the limit is {hard}")
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))

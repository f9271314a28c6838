"""Folders for what a test makes; gone when its process ends."""
import atexit
import pathlib
import shutil
import tempfile


def folder():
    path = pathlib.Path(tempfile.mkdtemp(prefix="framegate-e2e-"))
    atexit.register(shutil.rmtree, path, ignore_errors=True)
    return path

"""Processes that build, seen from the one that asks: `matrix/worker.py` is the other side."""

from __future__ import annotations

import json
import subprocess
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from zigwheel.errors import MatrixError
from zigwheel.zig.execute import kill_group

BOOT = """\
import importlib.util as util, sys
folder = sys.argv.pop()
spec = util.spec_from_file_location(
    "zigwheel", folder + "/__init__.py", submodule_search_locations=[folder]
)
sys.modules["zigwheel"] = module = util.module_from_spec(spec)
spec.loader.exec_module(module)
from zigwheel.matrix.worker import main
main()
"""
"""Runs this very zigwheel in another environment, without anything else that lies beside it."""


class Ended(MatrixError):
    """A worker has gone: it was stopped, or the system ended it."""


class Worker:
    """One process, which carries out one request at a time."""

    def __init__(self, python: str, environ: Mapping[str, str]) -> None:
        package = str(Path(__file__).parent.parent)
        self.process = subprocess.Popen(
            [python, "-c", BOOT, package],
            env=dict(environ),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            encoding="utf-8",
            start_new_session=True,
        )

    def ask(self, **request: Any) -> dict[str, Any]:
        """The answer to a request. Raises `Ended`."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        try:
            self.process.stdin.write(json.dumps(request, default=dict) + "\n")
            self.process.stdin.flush()
            line = self.process.stdout.readline()
        except (OSError, ValueError):
            line = ""
        if not line:
            raise Ended("the process that builds has ended", hint="is there enough memory?")
        answer: dict[str, Any] = json.loads(line)
        return answer

    def kill(self) -> None:
        """End it, and all that it has started."""
        kill_group(self.process.pid)
        self.process.kill()
        self.process.wait()


class Workers:
    """Workers in one environment, started where they are needed and used again."""

    def __init__(self, python: str, environ: Mapping[str, str]) -> None:
        self.python = python
        self.environ = environ
        self.idle: list[Worker] = []
        self.all: list[Worker] = []
        self.stopped = False
        self.lock = threading.Lock()

    def ask(self, **request: Any) -> dict[str, Any]:
        """The answer of a worker that has nothing else to do. Raises `Ended`."""
        with self.lock:
            if self.stopped:
                raise Ended("the run was stopped")
            worker = self.idle.pop() if self.idle else None
            if worker is None:
                worker = Worker(self.python, self.environ)
                self.all.append(worker)
        answer = worker.ask(**request)
        with self.lock:
            self.idle.append(worker)
        return answer

    def stop(self) -> None:
        """End all of them, whatever they are doing."""
        with self.lock:
            self.stopped = True
            workers, self.all, self.idle = self.all, [], []
        for worker in workers:
            worker.kill()

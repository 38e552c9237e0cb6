"""A process that builds wheels for a matrix, in the environment that the project's build requires.

It reads requests and writes answers, one line of JSON each. What is slow to load is loaded once; each
request is carried out by a copy of the process, where the system has those, so that its processor time
and memory are its own and nothing of it is left behind.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress

from zigwheel.errors import ZigwheelError
from zigwheel.matrix.operations import Answer, Known, Request, begun

MOST_SAID = 64 * 2**10
"""Bytes of what a build says that are handed on, from its end."""


def main() -> None:
    """Answer requests until standard input ends."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # whatever is printed is no answer
    known = Known()
    for line in sys.stdin:
        answers.write(json.dumps(answer(json.loads(line), known)) + "\n")
        answers.flush()


def answer(request: Request, known: Known) -> Answer:
    """Carry out a request; what it said, and what it cost, goes with the answer."""
    since = time.process_time()
    with tempfile.TemporaryFile() as said:
        with heard(said.fileno()):
            reply = carried_out(lambda: {"rest": begun(request, known)})
            rest: Callable[[], Answer] | None = reply.pop("rest", None)
            cost = {"cpu": time.process_time() - since, "memory": 0}
            if rest is not None:
                fork: Callable[[], int] | None = getattr(os, "fork", None)
                reply = in_a_copy(rest, fork) if fork else here(rest)
        said.seek(max(0, said.seek(0, os.SEEK_END) - MOST_SAID))
        text = said.read().decode("utf-8", "replace")
    cost = {name: cost[name] + reply.get(name, 0) for name in cost}
    return {**reply, **cost, "said": text}


@contextmanager
def heard(said: int) -> Iterator[None]:
    """Have what is printed written to a file."""
    kept = os.dup(2)
    try:
        os.dup2(said, 1)
        os.dup2(said, 2)
        yield
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os.dup2(kept, 1)
        os.dup2(kept, 2)
        os.close(kept)


def in_a_copy(rest: Callable[[], Answer], fork: Callable[[], int]) -> Answer:
    """Do the rest of a request in a copy of this process."""
    with tempfile.TemporaryFile() as file:
        pid = fork()
        if pid == 0:
            try:
                reply = carried_out(rest)
                file.write(json.dumps({**reply, "loaded": loaded()}).encode())
                file.flush()
            finally:
                os._exit(0)
        _, status, usage = os.wait4(pid, 0)  # type: ignore[attr-defined,unused-ignore]
        file.seek(0)
        text = file.read()
    reply = json.loads(text) if text else lost(status)
    load(reply.pop("loaded", ()))
    unit = 1 if sys.platform == "darwin" else 1024  # of `ru_maxrss`, see getrusage(2) of each
    cost = {"cpu": usage.ru_utime + usage.ru_stime, "memory": usage.ru_maxrss * unit}
    return {**reply, **cost}


def loaded() -> list[str]:
    """The modules in this process that any build may need: zigwheel's, Python's and what those import."""
    return [name for name in sys.modules if name.partition(".")[0] in OF_ALL_BUILDS]


OF_ALL_BUILDS = {"zigwheel", "packaging", "pyproject_metadata", "tomli", "pathspec"}
OF_ALL_BUILDS |= set(getattr(sys, "stdlib_module_names", ()))


def load(names: Iterable[str]) -> None:
    """Have what a copy had to load at hand for those that follow."""
    import gc
    import zlib
    from importlib import import_module

    from zigwheel.wheel.deflate import is_classic

    for name in names:
        if name not in sys.modules:
            with suppress(ImportError):  # a copy says what it lacks
                import_module(name)
    is_classic(zlib)  # which is asked once in a process
    gc.freeze()  # else each copy's collector writes to all of it, and it is shared no more


def lost(status: int) -> Answer:
    """The answer for a copy that ended without one."""
    return {
        "error": f"the build was ended by the system (status {status}); is there enough memory?"
    }


def here(rest: Callable[[], Answer]) -> Answer:
    """Do the rest of a request in this process, where the system has no copies of processes."""
    since = time.process_time()
    return {**carried_out(rest), "cpu": time.process_time() - since}


def carried_out(work: Callable[[], Answer]) -> Answer:
    """What some work returns; an error of zigwheel's, or a fault in it, is an answer as well."""
    try:
        return work()
    except ZigwheelError as error:
        return {"error": str(error), "code": error.exit_code}
    except BaseException:  # the process goes on, and who asked has to learn of it
        return {"error": f"a fault in zigwheel:\n{traceback.format_exc()}", "code": 1}
    finally:
        sys.stdout.flush()
        sys.stderr.flush()

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
import traceback
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from zigwheel.errors import ZigwheelError

if TYPE_CHECKING:
    from zigwheel.setup import Setup

MOST_SAID = 64 * 2**10
"""Bytes of what a build says that are handed on, from its end."""

Request = Mapping[str, Any]
Answer = dict[str, Any]


def main() -> None:
    """Answer requests until standard input ends."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # whatever is printed is no answer
    preload()
    for line in sys.stdin:
        answers.write(json.dumps(answer(json.loads(line))) + "\n")
        answers.flush()


def preload() -> None:
    """Load what every build needs."""
    import zigwheel.artifacts
    import zigwheel.audit.wheel
    import zigwheel.pipeline
    import zigwheel.plan.resolve
    import zigwheel.wheel.layout
    import zigwheel.wheel.writer
    import zigwheel.zig.compile  # noqa: F401


def answer(request: Request) -> Answer:
    """Carry out a request; what it said, and what it cost, goes with the answer."""
    with tempfile.TemporaryFile() as said:
        fork: Callable[[], int] | None = getattr(os, "fork", None)
        reply = in_a_copy(request, said.fileno(), fork) if fork else here(request, said.fileno())
        said.seek(max(0, said.seek(0, os.SEEK_END) - MOST_SAID))
        reply["said"] = said.read().decode("utf-8", "replace")
    return reply


def in_a_copy(request: Request, said: int, fork: Callable[[], int]) -> Answer:
    """Carry a request out in a copy of this process."""
    with tempfile.TemporaryFile() as file:
        pid = fork()
        if pid == 0:
            try:
                os.dup2(said, 1)
                os.dup2(said, 2)
                file.write(json.dumps(carried_out(request)).encode())
                file.flush()
            finally:
                os._exit(0)
        _, status, usage = os.wait4(pid, 0)  # type: ignore[attr-defined,unused-ignore]
        file.seek(0)
        text = file.read()
    reply: Answer = json.loads(text) if text else lost(status)
    unit = 1 if sys.platform == "darwin" else 1024  # of `ru_maxrss`, see getrusage(2) of each
    cost = {"cpu": usage.ru_utime + usage.ru_stime, "memory": usage.ru_maxrss * unit}
    return {**reply, **cost}


def lost(status: int) -> Answer:
    """The answer for a copy that ended without one."""
    return {
        "error": f"the build was ended by the system (status {status}); is there enough memory?"
    }


def here(request: Request, said: int) -> Answer:
    """Carry a request out in this process, where the system has no copies of processes."""
    import time

    kept = os.dup(2)
    since = time.process_time()
    try:
        os.dup2(said, 2)
        reply = carried_out(request)
    finally:
        sys.stderr.flush()
        os.dup2(kept, 2)
        os.close(kept)
    return {**reply, "cpu": time.process_time() - since, "memory": 0}


def carried_out(request: Request) -> Answer:
    """The answer to a request; an error of zigwheel's, or a fault in it, is one as well."""
    try:
        return OPERATIONS[request["do"]](request)
    except ZigwheelError as error:
        return {"error": str(error), "code": error.exit_code}
    except BaseException:  # the process goes on, and who asked has to learn of it
        return {"error": f"a fault in zigwheel:\n{traceback.format_exc()}", "code": 1}
    finally:
        sys.stdout.flush()
        sys.stderr.flush()


def setup_of(request: Request) -> Setup:
    """What a build starts from."""
    from dataclasses import replace

    from zigwheel.setup import set_up
    from zigwheel.target.host import describe_host

    root, environ = Path(request["project"]), request["environ"]
    os.environ.clear()
    os.environ.update(environ)
    setup = set_up(root, request["settings"], environ, describe_host())
    return replace(setup, jobs=request["jobs"])


def sdist(request: Request) -> Answer:
    """Build the sdist."""
    from zigwheel.pipeline import build_sdist

    return {"file": build_sdist(setup_of(request), Path(request["out"])).name}


def wheel(request: Request) -> Answer:
    """Build a wheel."""
    from zigwheel.pipeline import build_wheel

    return {"file": build_wheel(setup_of(request), Path(request["out"])).name}


def generate(request: Request) -> Answer:
    """Make what is generated for all targets, so that the builds find it."""
    from zigwheel.setup import generates, tree_of

    setup = setup_of(request)
    if generates(setup.config):
        tree_of(setup, setup.target, setup.cache)
    return {}


def lacking(request: Request) -> Answer:
    """What the hooks ask for, beside `[build-system]`: for the sdist, or for the wheels of all `jobs`."""
    from zigwheel.setup import requires_for_sdist, requires_for_wheel

    if request["for"] == "sdist":
        return {"requires": requires_for_sdist(setup_of(request))}
    found = (requires_for_wheel(setup_of({**request, **job})) for job in request["all"])
    return {"requires": sorted({requirement for each in found for requirement in each})}


def inputs(request: Request) -> Answer:
    """What decides the wheels of all `jobs` beside the sdist: distributions, and Python's headers."""
    return {
        "distributions": distributions(),
        "headers": [headers(setup_of({**request, **job})) for job in request["all"]],
    }


def distributions() -> list[str]:
    """What this environment brings to a build: each distribution with the digest of its RECORD."""
    import hashlib
    from importlib.metadata import distributions

    found = set()
    for one in distributions():
        record = one.read_text("RECORD") or ""
        digest = hashlib.sha256(record.encode("utf-8", "surrogateescape")).hexdigest()
        found.add(f"{one.metadata['Name']} {one.version} {digest}")
    return sorted(found)


def headers(setup: Setup) -> str:
    """The state of the headers of the target's Python; empty where a build needs none, or has none."""
    from zigwheel.errors import HeadersError
    from zigwheel.plan.resolve import common_stable_abi
    from zigwheel.target.header_packs import packs_here
    from zigwheel.target.headers import find_headers

    if setup.target is None or not setup.compiles:
        return ""
    stable = common_stable_abi(setup.config, setup.target)
    try:
        source = find_headers(
            setup.target.python,
            limited_api_minimum=stable.minimum if stable else None,
            given=setup.config.python_headers,
            host=setup.host,
            environ=setup.environ,
            packs=packs_here(setup.cache),
        )
    except HeadersError:
        return ""
    return state_of(source.include)


@cache
def state_of(folder: Path) -> str:
    """Digest of the names, sizes and times below a folder."""
    from zigwheel.reuse import state

    return state(folder)


OPERATIONS: Mapping[str, Callable[[Request], Answer]] = {
    operation.__name__: operation for operation in (sdist, wheel, generate, lacking, inputs)
}
"""What can be asked for, by the word of `do`."""

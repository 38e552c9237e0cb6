"""An interrupted build leaves nothing half-written, and the next one is as if it had never been."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.hooks.rig import CORE, TINY, Maker, Project, tree

FUNCTION = """\
static unsigned f{n}(unsigned *x, unsigned n) {{
    unsigned s = {n};
    for (unsigned i = 0; i < n; i++) for (unsigned j = i; j < n; j++) {{
        s = s * 31 + x[j] * {n}; x[i] ^= s >> 3; if (s % 7 == {n} % 7) s += x[n - j]; else s -= x[i] / (j + 1);
    }}
    return s;
}}
"""
COUNT = 80
SLOW = (
    "".join(FUNCTION.format(n=n) for n in range(COUNT))
    + "unsigned slow(unsigned *x, unsigned n) { unsigned s = 0;\n"
    + "".join(f"s += f{n}(x, n);\n" for n in range(COUNT))
    + "return s; }\n"
)
"""Several seconds of work for the compiler."""

USING = CORE.replace(
    "static PyObject *value", "unsigned slow(unsigned *, unsigned);\nstatic PyObject *value"
).replace("PyLong_FromLong(VALUE)", "PyLong_FromLong(VALUE + slow((unsigned *)0, 0))")


@pytest.fixture
def slow(make: Maker, tmp_path: Path) -> Project:
    """Two extensions that take their time, with a cache of objects and a folder for temporary files of their own."""
    config = "".join(
        f'[[tool.zigwheel.extension]]\nname = "tiny.{name}"\nsources = ["src/tiny/{name}.c", "{name}_slow.c"]\n'
        for name in ("_core", "_more")
    )
    files = {
        **TINY,
        "src/tiny/_core.c": USING,
        "src/tiny/_more.c": USING.replace("_core", "_more"),
        "_core_slow.c": SLOW,
        "_more_slow.c": SLOW,
    }
    project = make(config=config, files=files)
    (tmp_path / "temp").mkdir()
    return project.under(TMPDIR=str(tmp_path / "temp"))


def children(pid: int) -> list[int]:
    """Processes that a process has started and that have not ended."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, parent = stat.read_text().rpartition(")")[2].split()[:2]
        except (FileNotFoundError, ProcessLookupError):
            continue
        if int(parent) == pid and state != "Z":
            found.append(int(stat.parent.name))
    return found


def in_the_middle(process: subprocess.Popen[str]) -> list[int]:
    """Wait until the compiler is at work on the sources; its processes."""
    limit = time.monotonic() + 60
    while time.monotonic() < limit and process.poll() is None:
        at_work = [child for child in children(process.pid) if children(child)]
        if at_work:
            time.sleep(0.3)
            return at_work
        time.sleep(0.02)
    raise AssertionError(f"the compiler was never seen at work: {process.communicate()}")


def alive(pid: int) -> bool:
    """Whether a process has not ended."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL], ids=["SIGINT", "SIGKILL"])
def test_in_the_middle_of_a_compilation(slow: Project, tmp_path: Path, number: int) -> None:
    out, cache = tmp_path / "dist", tmp_path / "objects"
    out.mkdir()
    before = tree(slow.root)
    process = slow.start("build_wheel", out, {"build-dir": str(cache)})
    compilers = in_the_middle(process)
    os.kill(process.pid, number)
    started = time.monotonic()
    said = process.communicate(timeout=60)[1]
    assert process.returncode != 0
    assert list(out.iterdir()) == []
    assert tree(slow.root) == before
    if number == signal.SIGINT:
        assert "KeyboardInterrupt" in said
        assert time.monotonic() - started < 5
        assert list((tmp_path / "temp").iterdir()) == []
        assert not any(alive(pid) for pid in compilers)
    again = slow.wheel(out, {"build-dir": str(cache)})
    assert list(out.iterdir()) == [again]
    fresh = slow.wheel(tmp_path / "fresh", {"build-dir": str(tmp_path / "other")})
    assert again.read_bytes() == fresh.read_bytes()

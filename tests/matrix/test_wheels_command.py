"""`zigwheel wheels` and `zigwheel test` as they are used: real builds, interrupted, resumed, tested."""

from __future__ import annotations

import hashlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.foreign.required import required

EXAMPLES = Path(__file__).parent.parent.parent / "examples"

NATIVE = f"cp{sys.version_info[0]}{sys.version_info[1]}"
"""The Python that runs the tests, whose headers are there."""

TARGETS = (
    "manylinux_x86_64;manylinux_aarch64;musllinux_x86_64;macosx_universal2;macosx_arm64;win_amd64"
)


def project(tmp_path: Path, name: str, more: str = "") -> Path:
    """A copy of an example, with more in its pyproject.toml."""
    folder = tmp_path / name
    shutil.copytree(EXAMPLES / name, folder, ignore=shutil.ignore_patterns("__pycache__", "build*"))
    with (folder / "pyproject.toml").open("a", encoding="utf-8") as file:
        file.write(more)
    return folder


def command(*words: str | Path) -> list[str]:
    return [sys.executable, "-m", "zigwheel", *map(str, words)]


def run(*words: str | Path, code: int = 0, **environ: str) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        command(*words), env={**os.environ, **environ}, capture_output=True, text=True
    )
    assert done.returncode == code, done.stdout + done.stderr
    return done


def wheels(folder: Path) -> dict[str, str]:
    """Each wheel with its digest; every one can be read whole."""
    found = {}
    for file in folder.glob("*"):
        if file.suffix == ".whl":
            with zipfile.ZipFile(file) as archive:
                assert archive.testzip() is None
        found[file.name] = hashlib.sha256(file.read_bytes()).hexdigest()
    return found


def manifest_of(file: Path) -> dict[str, Any]:
    table: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return table


def anew(tmp_path: Path) -> Sequence[str]:
    """A macro that no source asks for: the same bytes, and nothing of them is in a cache."""
    return ("-C", f"extension.define-macros=RUN={hash(str(tmp_path)) % 10**9}")


def selection(pythons: str = NATIVE, targets: str = TARGETS) -> Sequence[str]:
    return ("-C", f"wheels.targets={targets}", "-C", f"wheels.pythons={pythons}")


@pytest.mark.slow
def test_a_matrix_has_the_bytes_of_single_builds_whatever_the_jobs_and_the_order(
    tmp_path: Path,
) -> None:
    folder = project(tmp_path, "fastsum")
    run("wheels", folder, "-o", tmp_path / "a", "--no-test", *selection(), "-j", "1")
    backwards = ";".join(reversed(TARGETS.split(";")))
    run(
        *("wheels", folder, "-o", tmp_path / "b", "--no-test", "-j", "3"),
        *(*selection(targets=backwards), *anew(tmp_path)),
        ZIGWHEEL_WHEELS_SKIP="*-macosx_arm64",
    )
    first, second = wheels(tmp_path / "a"), wheels(tmp_path / "b")
    assert len(first) == len(TARGETS.split(";")) + 1  # and the sdist
    assert second.items() < first.items()
    for target in ("manylinux_aarch64", "win_amd64", "macosx_universal2"):
        words = ("--target", target, "--python", NATIVE, "-o", tmp_path / "alone")
        run("build", folder, *words, "-C", "reuse=false")
    alone = wheels(tmp_path / "alone")
    assert len(alone) == 3
    assert alone.items() < first.items()
    (sdist,) = (tmp_path / "a").glob("*.tar.gz")
    run("wheels", sdist, "-o", tmp_path / "c", "--no-test", *selection())
    assert wheels(tmp_path / "c") == first
    again = manifest_of(tmp_path / "c.json")
    assert again["complete"]
    assert all(wheel["reused"] for wheel in again["wheels"])


@pytest.mark.slow
def test_wheels_of_a_project_with_build_requirements_are_kept_too(tmp_path: Path) -> None:
    folder = project(tmp_path, "sieve")
    targets = selection(targets="manylinux_x86_64;win_amd64")
    for number, reused in enumerate((False, True)):
        out = tmp_path / str(number)
        run("wheels", folder, "-o", out, "--no-test", *targets, *anew(tmp_path))
        found = manifest_of(out.with_suffix(".json"))["wheels"]
        assert [wheel["reused"] for wheel in found] == [reused, reused]
    assert wheels(tmp_path / "0") == wheels(tmp_path / "1")


def test_what_fails_stops_nothing_else(tmp_path: Path) -> None:
    folder = project(tmp_path, "fastsum")
    source = folder / "src" / "fastsum" / "_core.c"
    source.write_text(source.read_text() + "\n#ifdef _WIN32\n#error not here\n#endif\n")
    targets = selection(targets="manylinux_x86_64;win_amd64")
    done = run("wheels", folder, "-o", tmp_path / "out", *targets, code=15)
    assert "_core.c" in done.stderr
    assert "error:" in done.stderr
    found = {w["identifier"]: w for w in manifest_of(tmp_path / "out.json")["wheels"]}
    assert found[f"{NATIVE}-manylinux_x86_64"]["state"] == "built"
    assert found[f"{NATIVE}-win_amd64"]["state"] == "failed"
    assert "error: not here" in found[f"{NATIVE}-win_amd64"]["error"]
    assert found[f"{NATIVE}-win_amd64"]["tests"][0]["reason"] == "its wheel could not be built"
    names = [name for name in wheels(tmp_path / "out") if name.endswith(".whl")]
    assert len(names) == 1


def test_native_wheels_are_tested_and_a_failing_test_fails_the_run(tmp_path: Path) -> None:
    table = """
[tool.zigwheel.wheels]
test-command = "python -c 'import fastsum; print(fastsum.__file__)'"
"""
    folder = project(tmp_path, "fastsum", table)
    chosen = selection(targets="manylinux_x86_64;macosx_arm64")
    words = ("wheels", folder, "-o", tmp_path / "out", *chosen)
    done = run(*words, "--report", tmp_path / "r.html", "--junit", tmp_path / "j.xml")
    assert "passed" in done.stdout
    assert f"{NATIVE}-macosx_arm64" in (tmp_path / "r.html").read_text(encoding="utf-8")
    assert "<testsuite" in (tmp_path / "j.xml").read_text(encoding="utf-8")
    (first, _) = manifest_of(tmp_path / "out.json")["wheels"]
    (test,) = first["tests"]
    assert test["state"] == "passed"
    assert "site-packages" in test["output"]
    failing = run(*words, "-C", "wheels.test-command=python -c 'raise SystemExit(3)'", code=15)
    assert "FAILED" in failing.stdout
    # a later test takes up the manifest, and refuses a wheel that is another
    run("test", "--from", tmp_path / "out.json", "--all", code=15)
    (wheel,) = (tmp_path / "out").glob("*x86_64.whl")
    wheel.write_bytes(wheel.read_bytes() + b"\0")
    refused = run("test", "--from", tmp_path / "out.json", "--all", code=15)
    assert "the manifest says" in refused.stderr


@pytest.mark.slow
@pytest.mark.parametrize(
    "name", ["cp313-manylinux_aarch64", "cp313-win_amd64", "cp313-musllinux_x86_64"]
)
def test_wheels_are_tested_under_emulators(tmp_path: Path, name: str) -> None:
    python = required(name)
    entry = {"command": python.command([]), "environ": dict(python.environ)}
    entry |= {"before": list(python.before)} if python.before else {}
    table = tmp_path / "table.json"
    table.write_text(json.dumps({"schema": 1, "interpreters": {name: entry}}), encoding="utf-8")
    folder = project(tmp_path, "fastsum")
    test = '-Cwheels.test-command=python -c "import fastsum; assert fastsum.__file__"'
    headers = f"-Cpython-headers={required('cp313-manylinux_x86_64').include}"
    run("wheels", folder, "-o", tmp_path / "out", "--only", name, test, headers, "--no-test")
    run("test", "--from", tmp_path / "out.json", "--interpreters", table)
    (wheel,) = manifest_of(tmp_path / "out.json")["wheels"]
    assert wheel["tests"][0]["state"] == "passed", wheel["tests"]
    assert "3.13" in wheel["tests"][0]["interpreter"]


@pytest.mark.slow
def test_killed_at_any_moment_and_resumed_it_gives_the_same(tmp_path: Path) -> None:
    folder = project(tmp_path, "fastsum")
    chosen = selection(targets="linux;macos;windows")
    run("wheels", folder, "-o", tmp_path / "whole", "--no-test", *chosen)
    chosen = (*chosen, *anew(tmp_path))
    expected = wheels(tmp_path / "whole")
    out = tmp_path / "out"
    seed = random.Random(5)
    killed = 0
    for attempt in range(30):
        words = ["wheels", folder, "-o", out, "--no-test", *chosen]
        words += ["--resume"] if attempt else []
        process = subprocess.Popen(
            command(*words),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            process.wait(0.3 + seed.random() * (1 + attempt / 5) if killed < 10 else None)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            process.wait()
            killed += 1
        if out.is_dir():
            assert wheels(out).items() <= expected.items()
        if process.returncode == 0:
            break
    assert killed == 10 or process.returncode == 0
    assert killed >= 3
    assert wheels(out) == expected
    assert manifest_of(tmp_path / "out.json")["complete"]
    assert not (tmp_path / ".out.partial").exists()


def test_an_interrupt_is_told_and_leaves_a_manifest(tmp_path: Path) -> None:
    folder = project(tmp_path, "fastsum")
    process = subprocess.Popen(
        command(
            "wheels",
            folder,
            "-o",
            tmp_path / "out",
            "--no-test",
            "-j1",
            *selection(targets="linux;macos;windows"),
            *anew(tmp_path),
        ),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    deadline = time.monotonic() + 120
    while not list(tmp_path.glob("out/*.whl")) and time.monotonic() < deadline:
        time.sleep(0.05)
    process.send_signal(signal.SIGTERM)
    assert process.wait(60) == 130
    table = manifest_of(tmp_path / "out.json")
    assert not table["complete"]
    states = {wheel["state"] for wheel in table["wheels"]}
    assert states == {"built", "not built"}


def test_what_would_be_built_is_printed(tmp_path: Path) -> None:
    folder = project(tmp_path, "stable")
    lines = run("wheels", folder, "--print-build-identifiers", *selection("cp3*")).stdout.split()
    assert "cp310-manylinux_aarch64" in lines
    assert not (tmp_path / "wheelhouse").exists()
    rows = json.loads(run("wheels", folder, "--print-build-identifiers", "--json").stdout)
    row = next(row for row in rows if row["identifier"] == "cp310-musllinux_aarch64")
    assert "cp314-musllinux_aarch64" in row["serves"]
    empty = run("wheels", folder, "--only", "cp311-manylinux_x86", code=15)
    assert "cp311-manylinux_x86" in empty.stderr
    none = run("wheels", folder, "-o", tmp_path / "o", "-C", "wheels.skip=*", code=15)
    assert "no wheel is selected" in none.stderr
    run("wheels", folder, "-o", tmp_path / "o", "-C", "wheels.skip=*", "--allow-empty")


@pytest.mark.skipif(os.name == "nt", reason="Windows has no pseudo-terminals of this kind")
def test_on_a_terminal_the_table_lives(tmp_path: Path) -> None:
    import pty

    folder = project(tmp_path, "fastsum")
    words = command("wheels", folder, "-o", tmp_path / "out", "--no-test", *anew(tmp_path))
    leader, follower = pty.openpty()
    process = subprocess.Popen(
        [*words, *selection()],
        env={**os.environ, "TERM": "xterm", "COLUMNS": "100", "CI": ""},
        stdout=subprocess.PIPE,
        stderr=follower,
    )
    os.close(follower)
    shown = b""
    try:
        while data := os.read(leader, 65536):
            shown += data
    except OSError:  # the other side is closed
        pass
    os.close(leader)
    assert process.stdout is not None
    assert b"fastsum 1.2.0" in process.stdout.read()
    assert process.wait() == 0
    assert b"manylinux_aarch64" in shown
    assert b"\x1b[" in shown
    assert shown.rstrip().endswith((b"\x1b[?25h", b"\x1b[?25h\x1b[0m")) or b"\x1b[?25h" in shown

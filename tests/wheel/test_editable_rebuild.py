"""Editable installs that rebuild on import; the compiler is a script that copies a file."""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
import time
import venv
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from zigwheel.wheel.editable import RebuildSpec, editable_entries
from zigwheel.wheel.entries import content

Tree = Callable[..., Path]

COMPILER = """
import os, shutil, sys, time
source, destination, path = sys.argv[1:]
with open("log", "a") as log:
    log.write(os.environ["ZIGWHEEL_EDITABLE_SKIP"] + os.environ["EXTRA"] + "\\n")
if os.path.getsize(source) < 100:
    print("src/core.c:3:7: error: use of undeclared identifier 'größe'")
    sys.exit(1)
time.sleep(float(os.environ.get("SLOW", "0")))
if not os.path.exists("unchanged"):
    target = os.path.join(destination, path)
    os.makedirs(os.path.dirname(target), exist_ok=True)
    shutil.copyfile(source, target)
import fastsum
"""


@dataclass(frozen=True)
class Installed:
    """A project, and an environment in which it is installed."""

    root: Path
    site: Path
    python: str
    module: str
    built: Path

    def start(self, code: str = "", **environ: str) -> subprocess.Popen[str]:
        """A process that imports the package."""
        code = f"import fastsum, {self.module}\n{code}\nprint('imported')"
        inherited = {k: v for k, v in os.environ.items() if not k.startswith("PYTHON")}
        return subprocess.Popen(
            [self.python, "-c", code],
            cwd=self.site,
            env=inherited | environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, code: str = "", **environ: str) -> None:
        """Import the package, which has to work."""
        process = self.start(code, **environ)
        output, errors = process.communicate()
        assert (output, errors) == ("imported\n", "")

    def fail(self, code: str = "", **environ: str) -> str:
        """Import the package, which must not work; the last words."""
        process = self.start(code, **environ)
        output, errors = process.communicate()
        assert process.returncode == 1
        assert output == ""
        return errors

    @property
    def builds(self) -> int:
        """How often the compiler ran."""
        log = self.root / "log"
        return len(log.read_text().splitlines()) if log.exists() else 0

    def left(self) -> list[str]:
        """What is in the environment beside what was installed."""
        installed = {
            "__init__.py",
            "__pycache__",
            "fastsum",
            "_editable_fastsum",
            "_editable_fastsum.pth",
        }
        names = os.listdir(self.site) + os.listdir(self.site / "_editable_fastsum")
        return sorted(set(names) - installed)


@pytest.fixture
def install(tree: Tree, tmp_path: Path) -> Callable[..., Installed]:
    """Installs a project whose extension module was never built."""
    for name in ("_bisect", "_heapq", "_queue", "_statistics", "_random"):
        if file := getattr(importlib.import_module(name), "__file__", None):
            break
    else:
        pytest.skip("all extension modules of this interpreter are built in")

    def make(watched: tuple[str, ...] = (), env: str = "env", **changes: Any) -> Installed:
        root = tree({"fastsum/__init__.py": "", "compiler.py": COMPILER}, "the project")
        if not (root / "core").exists():
            (root / "core").write_bytes(Path(file).read_bytes())
        path = f"fastsum/{Path(file).name}"
        rebuild = RebuildSpec(
            **{
                "command": ("{python}", "compiler.py", "core", "{destination}", path),
                "folder": root,
                "stamp": tmp_path / "cache" / "deep" / "fastsum",
                "environment": {"EXTRA": "x"},
                "watched": watched,
                **changes,
            }
        )
        venv.create(tmp_path / env, symlinks=os.name == "posix")
        python = tmp_path / env / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
        code = "import sysconfig; print(sysconfig.get_path('platlib'))"
        done = subprocess.run([python, "-c", code], capture_output=True, text=True, check=True)
        site = Path(done.stdout.strip())
        module = f"fastsum.{name}"
        for entry in editable_entries(
            root, {"fastsum": "fastsum"}, {module: path}, dist_name="fastsum", rebuild=rebuild
        ):
            (site / entry.path).parent.mkdir(exist_ok=True)
            (site / entry.path).write_bytes(content(entry))
        return Installed(root, site, str(python), module, site / path)

    return make


def test_each_process_rebuilds_where_nothing_is_watched(install: Callable[..., Installed]) -> None:
    project = install()
    project.run("import importlib; importlib.reload(fastsum)")
    assert project.builds == 1
    assert project.built.read_bytes() == (project.root / "core").read_bytes()
    project.run()
    assert project.builds == 2
    assert project.left() == []
    assert (project.root / "log").read_text().splitlines() == ["1x", "1x"]


def test_the_package_alone_triggers_it_and_others_do_not(install: Callable[..., Installed]) -> None:
    project = install()
    run = [project.python, "-c", "import json, sqlite3"]
    subprocess.run(run, cwd=project.site, check=True)
    assert project.builds == 0
    subprocess.run([project.python, "-c", "import fastsum"], cwd=project.site, check=True)
    assert project.builds == 1


def test_the_variable_turns_it_off(install: Callable[..., Installed]) -> None:
    project = install()
    assert "ModuleNotFoundError" in project.fail(ZIGWHEEL_EDITABLE_SKIP="1")
    assert project.builds == 0
    project.run(ZIGWHEEL_EDITABLE_SKIP="0")
    assert project.builds == 1
    project.run(ZIGWHEEL_EDITABLE_SKIP="1")
    assert project.builds == 1


def test_a_compile_error_comes_through(install: Callable[..., Installed]) -> None:
    project = install()
    project.run()
    (project.root / "core").write_text("broken")
    errors = project.fail()
    words = "src/core.c:3:7: error: use of undeclared identifier 'größe'"
    assert errors.startswith(words)
    assert (
        "ImportError: the editable install of 'fastsum' could not be rebuilt:\n" + words in errors
    )
    assert errors.rstrip().endswith("imports what was built last")
    assert project.left() == []
    project.run(ZIGWHEEL_EDITABLE_SKIP="1")


def test_a_second_try_in_the_same_process(install: Callable[..., Installed]) -> None:
    project = install()
    good = (project.root / "core").read_bytes()
    (project.root / "core").write_text("broken")
    (project.root / "good").write_bytes(good)
    code = (
        "import os, sys\n"
        "try:\n    import fastsum\nexcept ImportError: pass\nelse: sys.exit('no error')\n"
        f"os.replace({str(project.root / 'good')!r}, {str(project.root / 'core')!r})\n"
        f"import fastsum, {project.module}\n"
    )
    done = subprocess.run(
        [project.python, "-c", code], cwd=project.site, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert project.builds == 2


def test_watched_files_decide(install: Callable[..., Installed]) -> None:
    project = install(watched=("core", "fastsum"))
    project.run()
    project.run()
    assert project.builds == 1
    os.utime(project.root / "core", (1, 1))
    project.run()
    assert project.builds == 2
    # a new file changes the folder
    (project.root / "fastsum/new.c").write_text("")
    project.run()
    project.run()
    assert project.builds == 3
    # a new install has other built files
    project.built.write_bytes(b"stale")
    project.run()
    assert project.builds == 4
    (project.root / "core").rename(project.root / "gone")
    assert "ImportError" in project.fail()


def test_unchanged_files_are_left_alone(install: Callable[..., Installed]) -> None:
    project = install()
    project.run()
    before = project.built.stat()
    project.run()
    (project.root / "unchanged").write_text("")
    project.run()
    after = project.built.stat()
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)
    assert project.builds == 3


def test_a_change_during_the_build_counts(install: Callable[..., Installed]) -> None:
    project = install(watched=("core", "other"))
    process = project.start(SLOW="1.5")
    while not project.builds:
        time.sleep(0.02)
    (project.root / "other").write_text("edited")
    assert process.wait() == 0
    project.run()
    assert project.builds == 2
    project.run()
    assert project.builds == 2


def test_processes_wait_for_each_other(install: Callable[..., Installed]) -> None:
    project = install(watched=("core",))
    processes = [project.start(SLOW="0.5") for _ in range(4)]
    assert [process.communicate() for process in processes] == [("imported\n", "")] * 4
    assert project.builds == 1
    assert project.left() == []


def test_threads_wait_for_each_other(install: Callable[..., Installed]) -> None:
    project = install()
    code = (
        "import sys, threading\nsys.modules.pop('fastsum')\n"
        "threads = [threading.Thread(target=__import__, args=[n]) for n in ('fastsum', "
        f"{project.module!r}) * 4]\n"
        "[t.start() for t in threads]; [t.join() for t in threads]"
    )
    project.run(code, SLOW="0.2")
    assert project.builds == 1


def test_another_environment_has_its_own_stamp(install: Callable[..., Installed]) -> None:
    one = install(watched=("core",))
    one.run()
    other = install(watched=("core",), env="other env")
    other.run()
    assert one.builds == 2
    one.run()
    other.run()
    assert one.builds == 2


def test_what_a_killed_process_left_goes(install: Callable[..., Installed]) -> None:
    project = install()
    process = project.start(SLOW="30")
    while not project.builds:
        time.sleep(0.02)
    process.kill()
    process.communicate()
    assert len(project.left()) == 1
    project.run()
    assert project.left() == []


def test_a_stamp_that_cannot_be_written(install: Callable[..., Installed], tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    project = install(watched=("core",), stamp=tmp_path / "file" / "stamp")
    project.run()
    project.run()
    assert project.builds == 2


def test_a_command_that_is_gone(install: Callable[..., Installed]) -> None:
    project = install(command=("no-such-program",))
    errors = project.fail()
    assert "'no-such-program' does not run: No such file or directory" in errors
    assert project.left() == []


def test_a_command_that_says_nothing(install: Callable[..., Installed]) -> None:
    project = install(command=("{python}", "-c", "raise SystemExit(3)"))
    assert "ended with status 3" in project.fail()


@pytest.mark.skipif(sys.platform == "win32", reason="permissions of POSIX systems")
def test_an_environment_that_cannot_be_written(install: Callable[..., Installed]) -> None:
    if os.getuid() == 0:
        pytest.skip("root can write everywhere")
    project = install()
    project.site.chmod(0o555)
    try:
        assert "cannot be written" in project.fail()
    finally:
        project.site.chmod(0o755)

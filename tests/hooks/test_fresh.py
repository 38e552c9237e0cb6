"""Stale caches and stale products never win."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest

from tests.hooks.rig import CONFIG, PYTHON, Maker, Project, evaluated, run, unpacked


def test_a_header_that_changed(tiny: Project, tmp_path: Path) -> None:
    assert evaluated(tiny.wheel(), "tiny.value()", tmp_path / "1") == "1"
    for value in ("22", "33"):
        tiny.write({"src/tiny/value.h": f"#define VALUE {value}\n"})
        assert evaluated(tiny.wheel(), "tiny.value()", tmp_path / value) == value


def test_a_header_that_changed_to_the_same_size_and_time(tiny: Project, tmp_path: Path) -> None:
    header = tiny.root / "src" / "tiny" / "value.h"
    os.utime(header, (1_600_000_000, 1_600_000_000))
    tiny.wheel()
    header.unlink()
    tiny.write({"src/tiny/value.h": "#define VALUE 7\n"})
    os.utime(header, (1_600_000_000, 1_600_000_000))
    assert evaluated(tiny.wheel(), "tiny.value()", tmp_path / "2") == "7"


def test_stale_products_do_not_ship(tiny: Project, tmp_path: Path) -> None:
    package = tiny.root / "src" / "tiny"
    for name in (
        "_core.cpython-38-x86_64-linux-gnu.so",
        "_old.abi3.so",
        "_core.cp38-win_amd64.pyd",
    ):
        (package / name).write_bytes(b"stale")
    (package / "_core.o").write_bytes(b"stale")
    names = [path.name for path in unpacked(tiny.wheel(), tmp_path / "unpacked").rglob("*.*")]
    built = [name for name in names if name.endswith((".so", ".pyd", ".o"))]
    assert len(built) == 1, names
    assert "38" not in built[0]


def installed(project: Project, folder: Path) -> Path:
    """An editable install, as an installer puts it into site-packages."""
    done = project.call("build_editable", folder / "wheels")
    assert done.code == 0, done.said
    return unpacked(folder / "wheels" / done.value, folder / "site")


def imported(site: Path, expression: str, environ: dict[str, str]) -> tuple[int, str]:
    """What a new process says that imports from an editable install; no build environment is there."""
    code = f"import site; site.addsitedir({str(site)!r}); import tiny; print({expression})"
    done = run([*PYTHON, "-c", code], site, environ)
    return done.returncode, (done.stdout + done.stderr).strip()


def test_rebuild_on_import(make: Maker, tmp_path: Path, cold_environ: dict[str, str]) -> None:
    project = make(config=f"{CONFIG}\n[tool.zigwheel.editable]\nrebuild = true\n")
    site = installed(project, tmp_path)
    environ = {name: cold_environ[name] for name in ("HOME", "PATH")}
    assert imported(site, "tiny.value()", environ) == (0, "1")
    project.write({"src/tiny/value.h": "#define VALUE 123\n"})
    assert imported(site, "tiny.value()", environ) == (0, "123")
    project.write({"src/tiny/value.h": "#define VALUE nothing_known\n"})
    code, said = imported(site, "tiny.value()", environ)
    assert code == 1
    assert "ImportError: the editable install of 'tiny' could not be rebuilt" in said
    assert "error: use of undeclared identifier 'nothing_known'" in said
    project.write({"src/tiny/value.h": "#define VALUE 45\n"})
    assert imported(site, "tiny.value()", environ) == (0, "45")


def test_without_rebuild_the_build_stands(
    tiny: Project, tmp_path: Path, cold_environ: dict[str, str]
) -> None:
    site = installed(tiny, tmp_path)
    tiny.write({"src/tiny/value.h": "#define VALUE 2\n"})
    tiny.write({"src/tiny/__init__.py": "from tiny._core import value\nplain = 'new'\n"})
    environ = {name: cold_environ[name] for name in ("HOME", "PATH")}
    assert imported(site, "tiny.value(), tiny.plain", environ) == (0, "1 new")


@pytest.mark.skipif(sys.platform == "win32", reason="the commands are for a POSIX shell")
def test_compile_commands_can_be_run(make: Maker, tmp_path: Path) -> None:
    config = CONFIG.replace("*.c", "*.*") + 'exclude-sources = ["**/*.h", "**/*.py"]\n'
    config += (
        'define-macros = { TEXT = \'"a b"\' }\ncpu = "x86_64_v3"\n'
        if os.uname().machine == "x86_64"
        else ""
    )
    project = make(config=config)
    more = {
        "src/tiny/more.m": "#ifndef TEXT\n#error\n#endif\n@class Thing;\nextern Thing *thing;\n"
    }
    more["src/tiny/start.S"] = "#ifndef TEXT\n#error\n#endif\n.text\n"
    project.write(more)
    installed(project, tmp_path)
    entries = json.loads((project.root / "compile_commands.json").read_text(encoding="utf-8"))
    assert sorted(entry["file"] for entry in entries) == [
        "src/tiny/_core.c",
        "src/tiny/more.m",
        "src/tiny/start.S",
    ]
    for entry in entries:
        words = [*entry["arguments"], "-o", str(tmp_path / "x.o")]
        done = run(words, Path(entry["directory"]), project.environ)
        assert done.returncode == 0, (words, done.stderr)
    (project.root / "src" / "tiny" / "more.m").write_text("int x = ;\n")
    (entry,) = (entry for entry in entries if entry["file"].endswith("more.m"))
    done = run([*entry["arguments"], "-o", str(tmp_path / "x.o")], project.root, project.environ)
    assert done.returncode != 0

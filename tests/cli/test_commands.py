"""The commands, run as a user runs them."""

from __future__ import annotations

import json
import re
import shutil
import sys
from pathlib import Path

import pytest

from tests.hooks.conftest import cold_environ as cold_environ
from tests.hooks.conftest import environ as environ
from tests.hooks.conftest import make as make
from tests.hooks.conftest import shared as shared
from tests.hooks.conftest import site as site
from tests.hooks.conftest import tiny as tiny
from tests.hooks.conftest import ziglang as ziglang
from tests.hooks.rig import Maker, Project, run, tree

COMMANDS = ("init", "build", "sdist", "convert", "audit", "headers", "targets", "doctor")


def zigwheel(project: Project, *words: str) -> tuple[int, str, str]:
    """Run the command line in a project; exit code, standard output, standard error."""
    done = run(
        [
            sys.executable,
            "-S",
            "-P" if sys.version_info >= (3, 11) else "-B",
            "-m",
            "zigwheel",
            *words,
        ],
        project.root,
        project.environ,
    )
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize("command", COMMANDS)
def test_help_has_an_example(tiny: Project, command: str) -> None:
    code, out, _ = zigwheel(tiny, command, "--help")
    assert code == 0
    assert re.search(rf"examples?:\n  zigwheel {command}", out)


def test_no_command(tiny: Project) -> None:
    code, _, said = zigwheel(tiny)
    assert code == 2
    assert "COMMAND" in said


def test_build_and_sdist_print_a_path(tiny: Project, tmp_path: Path) -> None:
    for command, end in (("build", ".whl"), ("sdist", ".tar.gz")):
        code, out, said = zigwheel(tiny, command, "-o", str(tmp_path / "out"))
        assert code == 0, said
        assert Path(out.strip()).is_file()
        assert out.strip().endswith(end)


def test_a_target_is_chosen(tiny: Project, tmp_path: Path) -> None:
    words = ["--target", "musllinux_1_2_aarch64", "-o", str(tmp_path)]
    code, out, said = zigwheel(tiny, "build", *words)
    assert code == 0, said
    assert out.strip().endswith("-musllinux_1_2_aarch64.whl")


@pytest.mark.parametrize(
    ("files", "words", "code", "text"),
    [
        ({}, ("build", "-C", "nonsense"), 3, "-C 'nonsense' has no `=`"),
        ({}, ("build", "-C", "optimise=fast"), 3, "did you mean `optimize`"),
        ({}, ("build", "nowhere"), 3, "pyproject.toml"),
        ({}, ("build", "--target", "pdp11-unix"), 5, "pdp11"),
        ({}, ("build", "-C", "python-headers=/nowhere"), 6, "/nowhere"),
        ({"src/tiny/_core.c": "#error no\n"}, ("build",), 9, "error: no"),
        (
            {
                "src/tiny/_core.c": "#include <Python.h>\nint gone(void);\nPyMODINIT_FUNC PyInit__core(void) { gone(); return 0; }\n"
            },
            ("build",),
            13,
            "gone",
        ),
    ],
    ids=["setting", "option", "project", "target", "headers", "compile", "audit"],
)
def test_exit_codes(
    tiny: Project, files: dict[str, str], words: tuple[str, ...], code: int, text: str
) -> None:
    ended, out, said = zigwheel(tiny.write(files), *words)
    assert ended == code, said
    assert out == ""
    assert said.startswith("zigwheel: error: ")
    assert text in said
    assert "Traceback" not in said


def test_targets(tiny: Project) -> None:
    code, out, _ = zigwheel(tiny, "targets", "--json")
    rows = json.loads(out)
    assert code == 0
    assert len(rows) == 22
    assert {
        "platform tag": "manylinux_2_17_aarch64",
        "Zig triple": "aarch64-linux-gnu.2.17",
        "CPU": "baseline",
    } in rows
    _, plain, _ = zigwheel(tiny, "targets")
    assert all(row["platform tag"] in plain for row in rows)


def test_doctor(tiny: Project, tmp_path: Path) -> None:
    code, out, said = zigwheel(tiny, "doctor")
    assert code == 0, out + said
    assert re.search(r"(?m)^zig      0\.16\.0 ", out)
    ill = tiny.under(ZIGWHEEL_ZIG=str(tmp_path / "none"))
    code, out, _ = zigwheel(ill, "doctor")
    assert code == 1
    assert "ZIGWHEEL_ZIG is" in out


def test_the_plan_is_the_same_elsewhere(make: Maker) -> None:
    one, other = make("one"), make("another é")
    code, plan, said = zigwheel(one, "build", "--plan")
    assert code == 0, said
    assert json.loads(plan)["artifacts"][0]["name"] == "tiny._core"
    assert zigwheel(other, "build", "--plan")[1] == plan
    assert str(one.root) not in plan
    other.write({"src/tiny/value.h": "#define VALUE 2\n"})
    assert zigwheel(other, "build", "--plan")[1] != plan


def test_a_pure_package_has_no_plan(make: Maker) -> None:
    code, out, said = zigwheel(make(config=""), "build", "--plan")
    assert (code, out) == (3, "")
    assert "names nothing to compile" in said


def test_eject(tiny: Project, tmp_path: Path) -> None:
    plain = tiny.wheel().read_bytes()
    code, out, said = zigwheel(tiny, "build", "--eject")
    assert code == 0, said
    file = tiny.root / "build.zig"
    assert out.strip() == str(file)
    code, out, said = zigwheel(tiny, "build", "--eject")
    assert code == 3
    assert "is there already (an ejected one)" in said
    assert tiny.wheel(tmp_path / "ejected").read_bytes() == plain
    # the file is what is built with: a change of it shows
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace(".strip = true", ".strip = false"), encoding="utf-8")
    assert tiny.wheel(tmp_path / "changed").read_bytes() != plain


def test_a_build_file_of_the_users_own_stays(tiny: Project) -> None:
    tiny.write({"build.zig": "// mine\n"})
    code, _, said = zigwheel(tiny, "build", "--eject")
    assert code == 3
    assert "is there already (not zigwheel's)" in said
    assert (tiny.root / "build.zig").read_text() == "// mine\n"
    tiny.wheel()


@pytest.mark.slow
def test_an_ejected_project_by_hand(tiny: Project, tmp_path: Path) -> None:
    assert zigwheel(tiny, "build", "--eject")[0] == 0
    cache = Path(tiny.environ["ZIGWHEEL_CACHE_DIR"])
    (zig,) = (cache / "zig").glob("*/zig")
    headers = next(  # of a machine whose sizes are those of aarch64
        file.parent
        for file in (cache / "headers").glob("*/pyconfig.h")
        if "SIZEOF_LONG 8" in file.read_text()
    )
    words = [
        zig,
        "build",
        "-Dtarget=aarch64-linux-gnu.2.28",
        f"-Dpython-include={headers}",
        "-Dsuffix=.so",
    ]
    done = run([*words, "--global-cache-dir", cache / "zig-global"], tiny.root, tiny.environ)
    assert done.returncode == 0, done.stderr
    assert (tiny.root / "zig-out" / "tiny" / "_core.so").read_bytes()[18] == 183
    wheel = tiny.wheel(tmp_path / "after")
    sdist = tiny.call("build_sdist", tmp_path / "after").value
    shutil.unpack_archive(tmp_path / "after" / sdist, tmp_path / "sdist", filter="data")
    names = tree(tmp_path / "sdist")
    assert any(name.endswith("/build.zig") for name in names)
    assert not any("zig-out" in name or ".zig-cache" in name for name in names)
    assert wheel.is_file()


def test_audit(tiny: Project, tmp_path: Path) -> None:
    wheel = tiny.wheel()
    code, out, said = zigwheel(tiny, "audit", str(wheel))
    assert (code, out, said) == (0, f"{wheel.name}: kept (1 compiled file)\n", "")
    renamed = wheel.with_name("tiny-1.0-cp313-cp313-win_amd64.whl")
    shutil.copy(wheel, renamed)
    code, out, said = zigwheel(tiny, "audit", "--json", str(wheel), str(renamed))
    assert (code, said) == (13, "")
    report = json.loads(out)
    assert report["schema"] == 1
    kept, refused = report["wheels"]
    assert (kept["verdict"], kept["findings"]) == ("kept", [])
    assert kept["files"][0]["format"] == "ELF"
    assert kept["files"][0]["libraries"] == []
    assert refused["verdict"] == "refused"
    assert {"format", "tags"} <= {finding["code"] for finding in refused["findings"]}
    assert all(finding["message"] for finding in refused["findings"])
    code, _, said = zigwheel(tiny, "audit", str(tmp_path / "gone-1-py3-none-any.whl"))
    assert code == 12
    assert "No such file" in said

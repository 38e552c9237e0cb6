"""What a user reads when a build fails."""

from __future__ import annotations

import re

import pytest

from tests.hooks.rig import CONFIG, CORE, TINY, Maker, Project, run

BROKEN = CORE.replace("VALUE); }", "VALUE) }")


def repeated(project: Project, said: str) -> tuple[int, str]:
    """Paste the command that a message shows into a shell; its exit code and its words."""
    (line,) = re.findall(r"to repeat it:\n(.*)\n", said)
    done = run(["sh", "-c", line], project.root.parent, project.environ)
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize("lowering", ["direct", pytest.param("zig-build", marks=pytest.mark.slow)])
def test_a_compile_error(tiny: Project, lowering: str) -> None:
    tiny.write({"src/tiny/_core.c": BROKEN})
    said = tiny.refusal(settings={"lowering": lowering})
    assert "CompileError" in said
    assert re.search(r"_core\.c:3:\d+: error: expected ';' after return statement", said)
    assert 'File "' not in said.partition("CompileError")[2], (
        "frames of zigwheel in a user's mistake"
    )
    code, words = repeated(tiny, said)
    assert code != 0
    assert "error: expected ';' after return statement" in words


def test_the_command_stands_for_the_build_that_is_gone(make: Maker) -> None:
    """What the command names has to be there after the build, or be made by it: libraries, too."""
    config = CONFIG + 'link = ["b"]\n\n[[tool.zigwheel.library]]\nname = "b"\nsources = ["b.c"]\n'
    config += '\n[[tool.zigwheel.executable]]\nname = "tool"\nsources = ["main.c"]\nlink = ["b"]\n'
    main = "int b(void); int gone(void); int main(void) { return b() + gone(); }\n"
    project = make(
        config=config, files={**TINY, "b.c": "int b(void) { return 1; }\n", "main.c": main}
    )
    said = project.refusal()
    assert "executable `tool` could not be built" in said
    assert "undefined symbol: gone" in said
    assert "hint: no source defines gone" in said
    code, words = repeated(project, said)
    assert code != 0
    assert "undefined symbol: gone" in words
    project.write({"main.c": main.replace("+ gone()", "")})
    assert repeated(project, said)[0] == 0


def test_all_failures_are_told(make: Maker) -> None:
    entry = '[[tool.zigwheel.{kind}]]\nname = "{name}"\nsources = ["{name}.c"]\n{more}\n'
    config = "".join(
        entry.format(kind=kind, name=name, more=more)
        for kind, name, more in (
            ("library", "one", ""),
            ("library", "two", 'link = ["one"]'),
            ("library", "three", ""),
            ("extension", "four", ""),
            ("extension", "five", 'link = ["two"]'),
            ("extension", "six", ""),
        )
    )
    files = {
        f"{name}.c": f"#error {name} is wrong\n"
        for name in ("one", "two", "three", "four", "five", "six")
    }
    said = make(config=config, files={**TINY, **files}).refusal()
    for name in ("one", "three", "four", "six"):
        assert f"{name}.c:1:2: error: {name} is wrong" in said
    # these wait for a library that could not be made
    assert "two is wrong" not in said
    assert "five is wrong" not in said


@pytest.mark.parametrize(
    ("header", "hint"),
    [
        ("numpy/arrayobject.h", 'NumPy\'s headers come with `include-from = ["numpy"]`'),
        ("zlib.h", "zlib.h belongs to zlib: put its sources into the project"),
        ("mine/own.h", "name the folder that holds mine/own.h in `include-dirs`"),
    ],
)
def test_a_missing_header(tiny: Project, header: str, hint: str) -> None:
    tiny.write({"src/tiny/_core.c": f"#include <{header}>\n{CORE}"})
    said = tiny.refusal()
    assert f"_core.c:1:10: error: '{header}' file not found" in said
    assert f"hint: {hint}" in said


def test_a_function_that_nobody_defines(tiny: Project) -> None:
    code = "long forgotten(void);\n" + CORE.replace("VALUE)", "forgotten())")
    said = tiny.write({"src/tiny/_core.c": code}).refusal()
    assert re.search(
        r"AuditError: `tiny/_core\.\S+\.so` uses forgotten, which no source defines", said
    )
    assert "hint: is a file missing in `sources`" in said
    tiny.write({"src/tiny/more.c": "long forgotten(void) { return 5; }\n"}).wheel()


def test_config_errors_come_all_at_once(make: Maker) -> None:
    said = make(
        config="""\
[tool.zigwheel]
optimise = "fast"
lto = "yes"

[[tool.zigwheel.extension]]
name = "tiny._core"
sorces = ["src/tiny/*.c"]
link = ["nothing"]
"""
    ).refusal()
    for place in (
        "`tool.zigwheel.optimise`",
        "`tool.zigwheel.lto`",
        "`tool.zigwheel.extension[0].sorces`",
        "`tool.zigwheel.extension[0].link[0]`",
    ):
        assert place in said, said
    assert "did you mean `sources`" in said
    assert "did you mean `optimize`" in said


def test_plan_errors_come_all_at_once(make: Maker) -> None:
    said = make(
        config="""\
[[tool.zigwheel.extension]]
name = "tiny._core"
sources = ["src/tiny/_cor.c", "../x.c", "/etc/hosts.c"]
include-dirs = ["include", "../include"]
extra-compile-args = ["-march=native"]
extra-link-args = ["-Wl,--wrap=malloc"]

[[tool.zigwheel.extension]]
name = "tiny._other"
sources = ["src/tiny/*.txt"]
"""
    ).refusal()
    for part in (
        "`tool.zigwheel.extension[0].sources`: no file matches 'src/tiny/_cor.c'",
        "did you mean 'src/tiny/_core.c'?",
        "'../x.c', which lies outside the project",
        "'/etc/hosts.c', which lies outside the project",
        "`tool.zigwheel.extension[0].include-dirs`: there is no folder 'include'",
        "'../include', which lies outside the project",
        "`tool.zigwheel.extension[0].extra-compile-args`: '-march=native' cannot be used",
        "'-Wl,--wrap=malloc' is not an option",
        "`tool.zigwheel.extension[1].sources`: no file matches 'src/tiny/*.txt'",
    ):
        assert part in said, said


def test_libraries_that_link_each_other(make: Maker) -> None:
    config = "".join(
        f'[[tool.zigwheel.library]]\nname = "{name}"\nsources = ["{name}.c"]\nlink = ["{other}"]\n'
        for name, other in (("a", "b"), ("b", "a"))
    )
    files = {**TINY, "a.c": "int a;\n", "b.c": "int b;\n"}
    assert "ConfigError" in make(config=config, files=files).refusal()


def test_a_source_that_cannot_be_read(make: Maker) -> None:
    project = make()
    (project.root / "src" / "tiny" / "_core.c").unlink()
    (project.root / "src" / "tiny" / "_core.c").symlink_to("_core.c")
    assert "PlanError: `tool.zigwheel.extension[0].sources`: no file matches" in project.refusal()

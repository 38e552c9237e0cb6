"""What a whole matrix costs, beside bare clang on the distinct objects of it.

python3 benchmarks/matrix.py                    five projects, all targets; three quarters of an hour
python3 benchmarks/matrix.py --quick fastsum    does it work?

Each project is built three times for all targets and Pythons: once to learn the compiler's command
lines, which also warms the toolchain's cache; once anew, which is measured; once with nothing changed,
which is measured, too. Then each distinct command line of clang is run alone. Wants Linux, and a
machine that does nothing else meanwhile. See README.md beside it.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import growth

HERE = Path(__file__).resolve().parent
CHECKOUT = HERE.parent

EXAMPLES = ("fastsum", "geometry", "sieve")
CORPUS = ("bitarray", "xxhash")
PYTHONS = "cp39;cp311;cp313;cp314;cp315"
TARGETS = "linux;macos;windows;macosx_universal2"

WRAPPER = """\
#!/bin/sh
log=$(mktemp {logs}/XXXXXXXX)
ZIG_VERBOSE_CC=1 {zig} "$@" 2> "$log"
code=$?
grep -v '^{zig} clang ' "$log" >&2
exit $code
"""
"""Stands for Zig while the command lines are learnt: it writes them down, and shows the rest."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """One project. All figures are seconds of processor time, but for the first two."""

    name: str
    """Which."""
    wheels: int
    """Wheels that were built."""
    objects: int
    """Distinct command lines of clang."""
    floor: float
    """All of these, one after the other."""
    matrix: float
    """`zigwheel wheels` with a warm toolchain and nothing else in its cache."""
    again: float
    """The same once more, with nothing changed."""


def main(arguments: list[str] | None = None) -> int:
    """Build, measure, print the table; 0 whatever was found."""
    options = read_options(arguments)
    if not options.inside:
        return again_inside(options.words, Path(__file__).resolve())
    with tempfile.TemporaryDirectory(prefix="zigwheel-bench-") as temporary:
        work = (options.work or Path(temporary)).resolve()
        bench = furnish(work, options)
        if not options.growth:
            names = options.projects or (*EXAMPLES, *CORPUS)
            print(markdown([measured(name, bench) for name in names]), flush=True)
        if options.growth or not options.projects:
            print(f"\n{growth.markdown(growth.grown(work, lambda *size: once(bench, *size)))}")
    return 0


def read_options(arguments: list[str] | None) -> argparse.Namespace:
    """The command line."""
    words = sys.argv[1:] if arguments is None else arguments
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    add = parser.add_argument
    add("projects", nargs="*", metavar="PROJECT", help=f"default: {' '.join((*EXAMPLES, *CORPUS))}")
    add("--targets", default=TARGETS, help=f"default: {TARGETS}")
    add("--pythons", default=PYTHONS, help=f"default: {PYTHONS}")
    add("--quick", action="store_true", help="two targets, two Pythons")
    add("--work", type=Path, metavar="FOLDER", help="a new folder that keeps all files")
    add("--growth", action="store_true", help="only how the time grows with the size of a matrix")
    add("--inside", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args(words)
    options.words = words
    if options.quick:
        options.targets, options.pythons = "manylinux_x86_64;macosx_arm64", "cp311;cp313"
    return options


def again_inside(words: Sequence[str], file: Path) -> int:
    """Start a file of this folder again in an environment with zigwheel and what it builds."""
    sys.path.insert(0, str(CHECKOUT / "scripts"))
    from environment import environment, run

    python = environment("bench")
    run([python, "-m", "pip", "install", "--quiet", "--editable", ".", "--group", "test"])
    path = f"{CHECKOUT}{os.pathsep}{HERE}"
    command = [python, str(file), "--inside", *words]
    return subprocess.run(command, env={**os.environ, "PYTHONPATH": path}).returncode


@dataclass(frozen=True, kw_only=True, slots=True)
class Bench:
    """What all projects share."""

    work: Path
    """For everything that is made."""
    environ: Mapping[str, str]
    """The environment of zigwheel, with a cache that is warm for the toolchain alone."""
    zig: Path
    """The compiler."""
    options: argparse.Namespace
    """The command line."""


def furnish(work: Path, options: argparse.Namespace) -> Bench:
    """A cache with what Zig has compiled before, and with the headers of all Pythons."""
    from tests.foreign.cache import cache_root
    from tests.foreign.headers import debian_headers
    from zigwheel.target.host import describe_host
    from zigwheel.zig.toolchain import require_zig

    cache = work / "cache"
    cache.mkdir(parents=True)
    warm = cache_root() / "zigwheel"
    for name in ("zig", "zig-global"):
        subprocess.run(["cp", "-al", warm / name, cache / name], check=True)
    kept = {k: v for k, v in os.environ.items() if not k.startswith("ZIGWHEEL_")}
    environ = {**kept, "ZIGWHEEL_CACHE_DIR": str(cache)}
    zig = require_zig(cache=cache, environ=environ, host=describe_host())
    for python in options.pythons.split(";"):
        version = f"{python[2]}.{python[3:]}"
        include = debian_headers(version, "x86_64") / f"python{version}"
        folder = work / "packs" / python
        zigwheel(environ, "headers", "pack", include, "-o", folder, "--license", LICENSE)
        (pack,) = folder.glob("*.whl")
        zigwheel(environ, "headers", "add", pack)
    return Bench(work=work, environ=environ, zig=zig.executable, options=options)


LICENSE = CHECKOUT / "LICENSE"


def zigwheel(environ: Mapping[str, str], *words: str | Path) -> None:
    """Run a command of zigwheel's that has to succeed."""
    command = [sys.executable, "-m", "zigwheel", *map(str, words)]
    done = subprocess.run(command, env=dict(environ), capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"{shlex.join(command)}\n{done.stdout[-3000:]}{done.stderr[-3000:]}")


def project_of(name: str, work: Path) -> Path:
    """A copy of an example, or a package of the corpus, ready to be built."""
    if (CHECKOUT / "examples" / name).is_dir():
        return Path(shutil.copytree(CHECKOUT / "examples" / name, work / "projects" / name))
    from tests.corpus.project import prepared
    from tests.corpus.record import packages
    from tests.corpus.rig import open_workshop

    (package,) = (one for one in packages() if one.name == name)
    return prepared(package, open_workshop(work / "corpus", work / "wheelhouse"))


def measured(name: str, bench: Bench) -> Row:
    """Build the matrix of a project three times, and its objects alone."""
    from measure import measure

    project = project_of(name, bench.work)
    out = bench.work / "out" / name
    out.mkdir(parents=True)
    say(f"{name}: learning")
    lines = learnt(project, out, bench)
    say(f"{name}: the matrix")
    words = command(project, out, bench, run="measured")
    first = measure(words, cwd=out, environ=bench.environ, log=out / "first.log")
    say(f"{name}: once more")
    second = measure(words, cwd=out, environ=bench.environ, log=out / "second.log")
    say(f"{name}: {len(lines)} objects")
    floor = sum(
        measure(shlex.split(line), cwd=folder, environ=bench.environ, log=out / "cc.log").cpu
        for line, folder in lines.items()
    )
    manifest = json.loads((out / "measured.json").read_text(encoding="utf-8"))
    return Row(
        name=f"{manifest['name']} {manifest['version']}",
        wheels=sum(wheel["state"] == "built" for wheel in manifest["wheels"]),
        objects=len(lines),
        floor=floor,
        matrix=first.cpu,
        again=second.cpu,
    )


def command(project: Path, out: Path, bench: Bench, *, run: str) -> list[str]:
    """The command for the whole matrix; another `run` finds no object of an earlier one."""
    words = [sys.executable, "-m", "zigwheel", "wheels", project, "-o", out / run, "--no-test"]
    words += ["-C", f"wheels.targets={bench.options.targets}"]
    words += ["-C", f"wheels.pythons={bench.options.pythons}"]
    words += [f"-C{kind}.define-macros=ZIGWHEEL_RUN={run}" for kind in kinds(project)]
    return [str(word) for word in words]


def once(
    bench: Bench, project: Path, name: str, targets: Sequence[str], pythons: Sequence[str]
) -> float:
    """Processor time of a matrix whose objects are new; what is of the toolchain is compiled before."""
    from measure import measure

    options = argparse.Namespace(targets=";".join(targets), pythons=";".join(pythons))
    size = replace(bench, options=options)
    out = bench.work / "out" / name
    out.mkdir(parents=True)
    for run in ("warming", "measured"):
        words = command(project, out, size, run=run)
        cost = measure(words, cwd=out, environ=bench.environ, log=out / f"{run}.log")
    return cost.cpu


def kinds(project: Path) -> list[str]:
    """The kinds of components that a project has."""
    text = (project / "pyproject.toml").read_text(encoding="utf-8")
    return [k for k in ("extension", "library") if f"[[tool.zigwheel.{k}]]" in text]


def learnt(project: Path, out: Path, bench: Bench) -> dict[str, Path]:
    """The distinct command lines of clang for the files of a project, and the folder of each.

    What Zig compiles of its own, such as a C library, is not among them: that is the toolchain.
    """
    logs = out / "logs"
    logs.mkdir()
    wrapper = out / "zig"
    wrapper.write_text(WRAPPER.format(logs=logs, zig=bench.zig), encoding="utf-8")
    wrapper.chmod(0o755)
    environ = {**bench.environ, "ZIGWHEEL_ZIG": str(wrapper)}
    words = command(project, out, bench, run="learning")
    done = subprocess.run(words, env=environ, capture_output=True, text=True)
    if done.returncode:
        say(f"{done.stdout[-3000:]}")
    source = project.name
    for found in (bench.work / "cache" / "matrix" / "sources").glob("*/0/source"):
        if (found / "pyproject.toml").read_bytes() == (project / "pyproject.toml").read_bytes():
            source = str(found)
    lines = {}
    for log in sorted(logs.iterdir()):
        for line in log.read_text(encoding="utf-8", errors="replace").splitlines():
            if line.startswith(f"{bench.zig} clang ") and "ZIGWHEEL_RUN" in line:
                line = re.sub(r" -MF \S+", f" -MF {out}/cc.d", line)
                lines[re.sub(r" -o \S+", f" -o {out}/cc.o", line)] = Path(source)
    return lines


def markdown(rows: Sequence[Row]) -> str:
    """The table, with the sums at its end."""
    total = Row(
        name="all",
        wheels=sum(row.wheels for row in rows),
        objects=sum(row.objects for row in rows),
        floor=sum(row.floor for row in rows),
        matrix=sum(row.matrix for row in rows),
        again=sum(row.again for row in rows),
    )
    lines = [
        "| project | wheels | objects | clang alone, s | matrix, s | ratio | again, s | of the first |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for row in (*rows, total):
        lines.append(
            f"| {row.name} | {row.wheels} | {row.objects} | {row.floor:.1f} | {row.matrix:.1f} "
            f"| {row.matrix / row.floor:.2f} | {row.again:.2f} | {row.again / row.matrix:.1%} |"
        )
    return "\n".join(lines)


def say(text: str) -> None:
    """Progress goes to standard error."""
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())

"""What it costs to make a wheel again from its recipe, beside its first build.

python3 benchmarks/rebuild.py                   three examples and two packages; a quarter of an hour
python3 benchmarks/rebuild.py fastsum --runs 1  does it work?

Each wheel is built by `zigwheel wheels`, and then by `zigwheel rebuild`, in turns, each time with a cache
that has what Zig compiles of its own and nothing of the project. Wants Linux, and a machine that does
nothing else meanwhile. See README.md beside it.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

import matrix

TARGETS = ("manylinux_x86_64", "win_amd64")
PYTHON = "cp313"


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """One wheel; seconds of processor time and of wall time, medians."""

    name: str
    """The release, and the target."""
    first: tuple[float, float]
    """The first build."""
    isolated: tuple[float, float]
    """The rebuild in an environment of its own, which is made and checked by hash."""
    kept: tuple[float, float]
    """The same when the cache has that environment."""
    here: tuple[float, float]
    """The rebuild in the environment that is there."""


def main(arguments: list[str] | None = None) -> int:
    """Build, rebuild, print the table; 0 whatever was found."""
    options = read_options(arguments)
    if not options.inside:
        return matrix.again_inside(options.words, Path(__file__).resolve())
    with tempfile.TemporaryDirectory(prefix="zigwheel-bench-") as temporary:
        work = (options.work or Path(temporary)).resolve()
        bench = matrix.furnish(work, options)
        names = options.projects or (*matrix.EXAMPLES, *matrix.CORPUS)
        rows = [row for name in names for row in measured(name, bench, options.runs)]
        print(markdown(rows))
    return 0


def read_options(arguments: list[str] | None) -> argparse.Namespace:
    """The command line."""
    words = sys.argv[1:] if arguments is None else arguments
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    add = parser.add_argument
    add("projects", nargs="*", metavar="PROJECT")
    add("--runs", type=int, default=5, metavar="N", help="default: 5")
    add("--work", type=Path, metavar="FOLDER", help="a new folder that keeps all files")
    add("--inside", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args(words)
    options.words, options.pythons = words, PYTHON
    return options


def measured(name: str, bench: matrix.Bench, runs: int) -> list[Row]:
    """A row for each target."""
    project = matrix.project_of(name, bench.work)
    out = bench.work / "out" / name
    out.mkdir(parents=True)
    matrix.zigwheel(bench.environ, "sdist", project, "-o", out)
    (sdist,) = out.glob("*.tar.gz")
    rows = []
    for target in TARGETS:
        matrix.say(f"{name}: {target}")
        macros = [f"-C{kind}.define-macros=ZIGWHEEL_RUN={target}" for kind in matrix.kinds(project)]
        # what Zig compiles of its own for this target is in the cache afterwards, with other objects
        warm = [sdist, "--only", f"{PYTHON}-{target}", "--no-test", "--no-recipe"]
        restore(bench)
        matrix.zigwheel(bench.environ, "wheels", *warm, "-o", out / f"warm-{target}")
        keep(bench)
        samples = [
            one_run(sdist, target, macros, bench, out / f"{target}-{n}") for n in range(runs)
        ]
        rows.append(
            Row(
                name=f"{sdist.name.removesuffix('.tar.gz').replace('-', ' ')}, {target}",
                first=medians([sample[0] for sample in samples]),
                isolated=medians([sample[1] for sample in samples]),
                kept=medians([sample[2] for sample in samples]),
                here=medians([sample[3] for sample in samples]),
            )
        )
    return rows


Cost = tuple[float, float]
"""Processor time and wall time, in seconds."""


def one_run(
    sdist: Path, target: str, macros: Sequence[str], bench: matrix.Bench, out: Path
) -> tuple[Cost, Cost, Cost, Cost]:
    """The first build, and the three rebuilds."""
    out.mkdir()
    wheels = ["wheels", sdist, "--only", f"{PYTHON}-{target}", "--no-test", "-o", out / "house"]
    first = cost(bench, out / "first.log", *wheels, "--no-recipe", *macros)
    recipe = out / "house.recipe.json"
    matrix.zigwheel(bench.environ, *wheels, *macros)
    files = out.parent / "files"
    if not files.exists():
        download(recipe, files, bench)
    words = ["rebuild", recipe, "--sdist", sdist, "-o", out / "again"]
    isolated = cost(bench, out / "isolated.log", *words, "--find-links", files, "--no-index")
    kept = cost(bench, out / "kept.log", *words, "--no-index", environments=True)
    here = cost(bench, out / "here.log", *words, "--no-isolation")
    return first, isolated, kept, here


def cost(bench: matrix.Bench, log: Path, *words: str | Path, environments: bool = False) -> Cost:
    """What a command takes when its cache has what Zig compiles of its own, and nothing else.

    With `environments` it has those that it has now as well.
    """
    from measure import measure

    restore(bench, environments=environments)
    command = [sys.executable, "-m", "zigwheel", *map(str, words)]
    found = measure(command, cwd=log.parent, environ=bench.environ, log=log)
    return found.cpu, found.wall


OF_RELEASES = {"matrix", "environments"}
"""What the cache has of releases, not of the toolchain."""

kept: set[str] = set()
"""The paths in the cache that are to stay."""


def keep(bench: matrix.Bench) -> None:
    """Let later runs begin with the cache as it is now."""
    kept.update(below(bench.work / "cache", OF_RELEASES))


def restore(bench: matrix.Bench, *, environments: bool = False) -> None:
    """Remove what has come into the cache since. It stays in its place: Zig knows its files by their paths."""
    if kept:
        for path in below(bench.work / "cache", {"environments"} if environments else set()):
            if path not in kept and os.path.lexists(path):
                folder = os.path.isdir(path) and not os.path.islink(path)
                (shutil.rmtree if folder else os.unlink)(path)


def below(folder: Path, left_out: Collection[str]) -> list[str]:
    """All paths in a folder, each before what is below it."""
    found = []
    for place, folders, files in os.walk(folder):
        if Path(place) == folder:
            folders[:] = sorted(set(folders) - set(left_out))
        found += [os.path.join(place, name) for name in (*folders, *files)]
    return found


def download(recipe: Path, files: Path, bench: matrix.Bench) -> None:
    """All that the rebuilds install, as files in a folder."""
    words = [sys.executable, "-m", "zigwheel", "rebuild", str(recipe), "--requirements"]
    text = subprocess.run(words, env=dict(bench.environ), check=True, stdout=subprocess.PIPE).stdout
    listed = recipe.with_name("requirements.txt")
    listed.write_bytes(text)
    words = [sys.executable, "-m", "pip", "download", "--quiet", "--require-hashes", "--no-deps"]
    subprocess.run([*words, "-d", str(files), "-r", str(listed)], check=True)


def medians(samples: Sequence[Cost]) -> Cost:
    """The medians of each."""
    cpu, wall = zip(*samples, strict=True)
    return statistics.median(cpu), statistics.median(wall)


def markdown(rows: Sequence[Row]) -> str:
    """The table: processor time, and wall time in brackets."""

    def cell(one: Cost) -> str:
        return f"{one[0]:.2f} ({one[1]:.2f})"

    columns: tuple[str, ...] = ("wheel", "first build, s")
    for name in ("environment made", "environment kept", "`--no-isolation`"):
        columns += (f"{name}, s", "ratio")
    lines = [f"| {' | '.join(columns)} |", "|---" * len(columns) + "|"]
    for row in rows:
        cells = [row.name, cell(row.first)]
        for one in (row.isolated, row.kept, row.here):
            cells += [cell(one), f"{one[0] / row.first[0]:.2f}"]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())

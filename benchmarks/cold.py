"""How long a build takes, with empty caches and with full ones, beside other backends.

python benchmarks/cold.py            all figures; about a quarter of an hour
python benchmarks/cold.py --quick    C alone and one run of each: does it work?

Wants Linux, gcc and g++, and a machine that does nothing else meanwhile. See README.md beside it.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from contestants import (
    PEERS,
    TARGET,
    TITLES,
    Contestant,
    Stage,
    build_lib,
    contestants,
    own_pip,
)
from measure import CommandFailed, Sample, figure, measure
from report import Import, Report, Row, Second, as_json, markdown
from rooms import PINS, Rooms, furnish, installed, run, say, zig_requirement


def main(arguments: list[str] | None = None) -> int:
    """Measure, print the report; 0 whatever was found, 1 if something could not be built."""
    options = read_options(arguments)
    with tempfile.TemporaryDirectory(prefix="zigwheel-bench-") as temporary:
        rooms = Rooms(work=(options.work or Path(temporary)).resolve())
        try:
            report = measure_all(rooms, options)
        except CommandFailed as error:
            print(error, file=sys.stderr)
            return 1
    print(markdown(report))
    if options.json:
        options.json.write_text(as_json(report) + "\n", encoding="utf-8")
    return 0


def read_options(arguments: list[str] | None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    add = parser.add_argument
    add("--runs", type=int, default=5, metavar="N", help="runs of each figure (5)")
    add("--cxx-runs", type=int, default=3, metavar="N", help="runs of cold C++, a minute each (3)")
    add("--import-runs", type=int, default=20, metavar="N", help="runs of the import (20)")
    add(
        "--only", default="", metavar="NAMES", help="these alone, for example `zigwheel,setuptools`"
    )
    add("--c-only", action="store_true", help="the C extension alone")
    add("--quick", action="store_true", help="C alone, one run of each")
    add(
        "--work",
        type=Path,
        metavar="FOLDER",
        help="a new folder that keeps all files; default: a temporary one",
    )
    add("--json", type=Path, metavar="FILE", help="write every sample here as well")
    options = parser.parse_args(arguments)
    if options.work:
        if options.work.exists():
            parser.error(f"--work: {options.work} is there already; name a new folder")
        options.work.mkdir(parents=True)
    if options.quick:
        options.runs, options.cxx_runs, options.import_runs, options.c_only = 1, 1, 5, True
    return options


def measure_all(rooms: Rooms, options: argparse.Namespace) -> Report:
    """All that was asked for. Raises CommandFailed."""
    projects = {"tally": "C"} if options.c_only else TITLES
    chosen = set(options.only.split(",")) if options.only else None
    own = chosen is None or any(name.startswith("zigwheel") for name in chosen)
    peers = [name for name in PEERS if chosen is None or name in chosen]
    busy = os.getloadavg()[0]
    furnish(rooms, peers, [*projects, "hull", "plain"], own=own)
    tables: dict[str, tuple[Row, ...]] = {}
    for project, language in projects.items():
        all_of_it = [
            c
            for c in contestants(rooms, project)
            if chosen is None or (c.after or c.name) in chosen
        ]
        cold_runs = options.cxx_runs if language == "C++" else options.runs
        tables[language] = rows_of(rooms, project, all_of_it, cold_runs, options.runs)
    second = None
    if "C++" in tables and (chosen is None or {"zigwheel-pip", "zig-build-lib"} <= chosen):
        second = second_package(rooms, options.runs)
    imported = import_time(rooms, options.import_runs) if own else None
    return Report(
        facts=facts_of(rooms, peers, busy=busy), tables=tables, second=second, imported=imported
    )


def rotated(items: Sequence[Contestant], by: int) -> Iterator[Contestant]:
    """All items, each round another one first, so that none always follows the same."""
    for index in range(len(items)):
        yield items[(index + by) % len(items)]


def stage_of(rooms: Rooms, contestant: Contestant, project: str) -> Stage:
    """The folders of a contestant and a project."""
    stages = rooms.work / "stages"
    filled = stages / f"{project}-{contestant.after}" / "cache" if contestant.after else None
    return Stage(root=stages / f"{project}-{contestant.name}", project=project, filled=filled)


def take(contestant: Contestant, stage: Stage, what: str) -> Sample:
    """One measured run. Raises CommandFailed."""
    sample = measure(
        contestant.words(stage),
        cwd=stage.source,
        environ=contestant.environment(stage),
        log=stage.log,
    )
    say(f"{what}: {contestant.title}: {sample.wall:.2f} s, {sample.cpu:.2f} s of CPU")
    return sample


def rows_of(
    rooms: Rooms, project: str, all_of_it: Sequence[Contestant], cold_runs: int, warm_runs: int
) -> tuple[Row, ...]:
    """Cold, then warm, in rounds over all contestants: A B A B."""
    cold: dict[str, list[Sample]] = {c.name: [] for c in all_of_it}
    warm: dict[str, list[Sample]] = {c.name: [] for c in all_of_it}
    language = TITLES[project]
    for index in range(cold_runs):
        for contestant in rotated([c for c in all_of_it if not c.after], index):
            if contestant.seldom and language == "C++" and cold[contestant.name]:
                continue
            stage = stage_of(rooms, contestant, project)
            contestant.set_cold(stage)
            cold[contestant.name].append(take(contestant, stage, f"{language}, cold"))
            if len(cold[contestant.name]) == 1:
                contestant.check(stage)
    for contestant in all_of_it:
        if contestant.after:
            contestant.set_cold(stage_of(rooms, contestant, project))
    for index in range(warm_runs):
        for contestant in rotated(all_of_it, index):
            stage = stage_of(rooms, contestant, project)
            contestant.set_warm(stage)
            warm[contestant.name].append(take(contestant, stage, f"{language}, warm"))
    return tuple(
        Row(
            name=c.name,
            title=c.title,
            rank=c.rank,
            cold=figure(cold[c.name]) if cold[c.name] else None,
            warm=figure(warm[c.name]),
        )
        for c in all_of_it
    )


def second_package(rooms: Rooms, runs: int) -> Second:
    """A second C++ package on a machine where the tables' C++ package has been built.

    The caches are those that the first package has filled; what a run adds is taken out again.
    """
    pip, bare = own_pip(rooms), build_lib(rooms)
    cases = {"installed": (pip, "hull"), "compiled": (bare, "hull"), "pure": (pip, "plain")}
    samples: dict[str, list[Sample]] = {name: [] for name in cases}
    for index in range(runs):
        for name, (contestant, project) in cases.items():
            first = stage_of(rooms, contestant, "lexicon")
            own = stage_of(rooms, contestant, project)
            stage = Stage(root=own.root, project=project, filled=first.cache)
            contestant.set_cold(stage)
            before = set(first.cache.rglob("*"))
            samples[name].append(take(contestant, stage, "second C++ package"))
            if index == 0:
                contestant.check(stage)
            for path in sorted(set(first.cache.rglob("*")) - before, reverse=True):
                path.rmdir() if path.is_dir() and not path.is_symlink() else path.unlink()
    return Second(**{name: figure(values) for name, values in samples.items()})


def import_time(rooms: Rooms, runs: int) -> Import:
    """`import zigwheel.build` and nothing, in turns, each in a process of its own."""
    python = str(rooms.python("zigwheel"))
    folder = rooms.work / "import"
    folder.mkdir(exist_ok=True)
    found: dict[str, list[Sample]] = {"pass": [], "import zigwheel.build": []}
    for index in range(runs + 1):
        for code, samples in found.items():
            words = [python, "-c", code]
            sample = measure(words, cwd=folder, environ={"LANG": "C.UTF-8"}, log=folder / "log")
            if index:  # the first round reads the files
                samples.append(sample)
    nothing, backend = (figure(samples) for samples in found.values())
    return Import(nothing=nothing, backend=backend)


def facts_of(rooms: Rooms, peers: Sequence[str], *, busy: float) -> dict[str, str]:
    """The machine and the versions of everything that was measured.

    `busy` is the load of the machine before anything was started here.
    """
    facts = {
        "CPUs": str(len(os.sched_getaffinity(0))),
        "load of the machine before": f"{busy:.1f}{' (busy: take it again)' * (busy > 0.5)}",
        "system": f"{platform.system()} {platform.machine()}, {' '.join(platform.libc_ver())}",
        "Python": platform.python_version(),
        "pip": installed(rooms.python("pip"))["pip"],
        "Zig": zig_requirement(),
        "target": TARGET,
        "gcc": run(["gcc", "-dumpfullversion"]).strip(),
    }
    for name in peers:
        versions = installed(rooms.python(name))
        pinned = [requirement.split("==")[0] for requirement in PINS[name]]
        facts[name] = ", ".join(f"{wanted} {versions[wanted]}" for wanted in pinned)
    return facts


if __name__ == "__main__":
    sys.exit(main())

"""How fast and how large real packages are, beside their wheels on the index and those made with gcc.

python3 benchmarks/output.py                    ten packages; forty minutes
python3 benchmarks/output.py --quick crc32c     does it work?

Wants Linux, gcc and g++, and a machine that does nothing else meanwhile. See README.md beside it.
"""

from __future__ import annotations

import argparse
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

HERE = Path(__file__).resolve().parent
CHECKOUT = HERE.parent

PACKAGES = (
    "bitarray crc32c httptools immutables lz4 markupsafe multidict python-rapidjson simplejson "
    "xxhash"
).split()
"""Those that are measured where none is named."""

CONTESTANTS = ("zigwheel", "index", "gcc")


def main(arguments: list[str] | None = None) -> int:
    """Build, measure, print the report; 0 whatever was found."""
    options = read_options(arguments)
    if not options.inside:
        return again_inside(options.words)
    from outputs import Result, as_json, markdown, result_of

    with tempfile.TemporaryDirectory(prefix="zigwheel-bench-") as temporary:
        work = options.work or Path(temporary)
        results: list[Result] = []
        for name in options.packages or PACKAGES:
            wheels = furnish(name, work.resolve())
            figures = take(name, work.resolve(), wheels, options)
            results.append(result_of(name, wheels, figures))
    print(markdown(facts(), results))
    if options.json:
        options.json.write_text(as_json(results) + "\n", encoding="utf-8")
    return 0


def read_options(arguments: list[str] | None) -> argparse.Namespace:
    """The command line."""
    words = sys.argv[1:] if arguments is None else arguments
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    add = parser.add_argument
    add("packages", nargs="*", metavar="PACKAGE", help=f"default: {' '.join(PACKAGES)}")
    add("--rounds", type=int, default=4, metavar="N", help="rounds over all three wheels (4)")
    add("--processes", type=int, default=5, metavar="N", help="processes of each in a round (5)")
    add("--quick", action="store_true", help="one round of two processes")
    add("--work", type=Path, metavar="FOLDER", help="a new folder that keeps all files")
    add("--json", type=Path, metavar="FILE", help="write every value here as well")
    add("--inside", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args(words)
    options.words = words
    if options.work and options.work.exists() and not options.inside:
        parser.error(f"--work: {options.work} is there already; name a new folder")
    if options.quick:
        options.rounds, options.processes = 1, 2
    return options


def again_inside(words: Sequence[str]) -> int:
    """Start this file again in an environment with zigwheel, what builds it, and pyperf."""
    sys.path.insert(0, str(CHECKOUT / "scripts"))
    from environment import environment, run

    python = environment("bench")
    groups = ["--group", "test", "--group", "bench"]
    run([python, "-m", "pip", "install", "--quiet", "--editable", ".", *groups])
    path = f"{CHECKOUT}{os.pathsep}{HERE}"
    command = [python, __file__, "--inside", *words]
    return subprocess.run(command, env={**os.environ, "PYTHONPATH": path}).returncode


def furnish(name: str, work: Path) -> dict[str, Path]:
    """The three wheels of a package, each with an environment that it is installed in."""
    from tests.corpus.native import built
    from tests.corpus.project import prepared
    from tests.corpus.record import packages
    from tests.corpus.rig import open_workshop, pip, said
    from tests.corpus.sdists import sdist

    (package,) = (one for one in packages() if one.name == name)
    workshop = open_workshop(work / "projects", work / "wheelhouse")
    environ = {**workshop.environ, "CC": "gcc", "CXX": "g++"}
    say(f"{name}: zigwheel builds")
    wheels = {"zigwheel": built(package, prepared(package, workshop), workshop)}
    say(f"{name}: gcc builds")
    ways = {
        "gcc": pip("wheel", "--no-deps", sdist(package)),
        "index": pip("download", "--no-deps", "--only-binary", ":all:", release(package)),
    }
    for contestant, words in ways.items():
        folder = work / "wheels" / name / contestant
        where = "--wheel-dir" if contestant == "gcc" else "--dest"
        said(f"{name}, {contestant}", [*words, where, folder], environ)
        (wheels[contestant],) = folder.iterdir()
    for contestant, wheel in wheels.items():
        room = work / "venvs" / name / contestant
        said("venv", [sys.executable, "-m", "venv", "--without-pip", room], environ)
        install = pip("--python", room / "bin" / "python", "install", "--quiet", wheel, "pyperf")
        said("installation", install, environ)
    return wheels


def release(package: object) -> str:
    """The requirement that only this release meets."""
    from tests.corpus.record import Package

    assert isinstance(package, Package)
    return f"{package.name}=={package.version}"


def take(
    name: str, work: Path, wheels: Mapping[str, Path], options: argparse.Namespace
) -> dict[str, dict[str, list[float]]]:
    """Seconds of each statement with each wheel, in rounds, each round starting with another."""
    import pyperf

    found: dict[str, dict[str, list[float]]] = {one: {} for one in wheels}
    for index in range(options.rounds):
        for position in range(len(CONTESTANTS)):
            contestant = CONTESTANTS[(position + index) % len(CONTESTANTS)]
            python = work / "venvs" / name / contestant / "bin" / "python"
            out = work / "values" / f"{name}-{contestant}-{index}.json"
            out.parent.mkdir(exist_ok=True)
            say(f"{name}: {contestant}, round {index + 1} of {options.rounds}")
            command = [python, HERE / "workloads.py", name, "--quiet", "-o", out]
            command += ["--processes", options.processes, "--inherit-environ", "PATH"]
            kept = {k: v for k, v in os.environ.items() if not k.startswith("PYTHON")}
            subprocess.run([str(word) for word in command], check=True, cwd=work, env=kept)
            for benchmark in pyperf.BenchmarkSuite.load(str(out)):
                about = benchmark.get_name().partition(": ")[2]
                found[contestant].setdefault(about, []).extend(benchmark.get_values())
    return found


def facts() -> dict[str, str]:
    """The machine."""
    said = subprocess.run(["gcc", "-dumpfullversion"], capture_output=True, text=True).stdout
    busy = os.getloadavg()[0]
    from zigwheel.zig.toolchain import REQUIREMENT

    return {
        "CPUs": str(len(os.sched_getaffinity(0))),
        "load at the end": f"{busy:.1f}{' (busy: take it again)' * (busy > 1.5)}",
        "system": f"{platform.system()} {platform.machine()}, {' '.join(platform.libc_ver())}",
        "Python": platform.python_version(),
        "Zig": REQUIREMENT,
        "gcc": said.strip(),
    }


def say(text: str) -> None:
    """Progress goes to standard error."""
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())

"""How many answers a second an index gives, beside other indexes.

python3 benchmarks/index.py                           five indexes, some minutes
python3 benchmarks/index.py zigwheel --seconds 2      does it work?

Each index has the same wheels, and answers the same questions of wrk: the page of a project with 200
files, in JSON where it has that; a wheel of 2 kB; one of 5 MB. They take turns, in rounds that start with
another each time. What they answer is looked at first. Wants Linux, wrk, and a machine that does nothing
else meanwhile. See README.md beside it.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import random
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import matrix

FILES = 200
SIZES = {"small": 2_000, "large": 5_000_000}
"""Bytes of each wheel, by project."""

QUESTIONS = ("page", "2 kB", "5 MB")
"""As `indexes.questions` names them."""
CONNECTIONS = 16


@dataclass(frozen=True, kw_only=True, slots=True)
class Answered:
    """What wrk says of one run."""

    rate: float
    """Answers a second."""
    middle: float
    """Median latency in milliseconds."""
    late: float
    """99 of 100 were faster, in milliseconds."""


def main(arguments: list[str] | None = None) -> int:
    """Fill, ask, print the table; 0 whatever was found."""
    options = read_options(arguments)
    if not options.inside:
        return matrix.again_inside(options.words, Path(__file__).resolve())
    from indexes import INDEXES, questions

    names = options.indexes or list(INDEXES)
    samples: dict[tuple[str, str], list[Answered]] = {}
    with tempfile.TemporaryDirectory(prefix="zigwheel-bench-") as temporary:
        work = Path(temporary)
        files = work / "files"
        digests = filled(files)
        for round_ in range(options.rounds):
            for name in names[round_ % len(names) :] + names[: round_ % len(names)]:
                matrix.say(f"round {round_ + 1}: {name}")
                with INDEXES[name](files, work, free_port()) as running:
                    for question, (url, accept) in questions(running, digests, FILES).items():
                        found = ask(url, accept, options.seconds)
                        samples.setdefault((name, question), []).append(found)
    print(markdown(names, samples))
    return 0


def read_options(arguments: list[str] | None) -> argparse.Namespace:
    """The command line."""
    words = sys.argv[1:] if arguments is None else arguments
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    add = parser.add_argument
    add("indexes", nargs="*", metavar="INDEX")
    add("--rounds", type=int, default=3, metavar="N", help="default: 3")
    add("--seconds", type=int, default=10, metavar="N", help="of each run of wrk; default: 10")
    add("--inside", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args(words)
    options.words = words
    if not shutil.which("wrk"):
        parser.error("there is no wrk; Debian has it")
    return options


def filled(folder: Path) -> dict[str, str]:
    """Wheels, in a folder for each project; the sha256 of each by name."""
    random.seed(7)
    digests = {}
    for project, size in SIZES.items():
        (folder / project).mkdir(parents=True)
        for number in range(FILES if project == "small" else 1):
            name = f"{project}-1.{number}-py3-none-any.whl"
            data = wheel(project, f"1.{number}", size)
            (folder / project / name).write_bytes(data)
            digests[name] = hashlib.sha256(data).hexdigest()
    return digests


def wheel(project: str, version: str, size: int) -> bytes:
    """A wheel of about so many bytes."""
    info = f"{project}-{version}.dist-info"
    metadata = f"Metadata-Version: 2.1\nName: {project}\nVersion: {version}\n"
    tags = "Wheel-Version: 1.0\nGenerator: bench\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    texts = {f"{info}/METADATA": metadata.encode(), f"{info}/WHEEL": tags.encode()}
    record = "".join(f"{path},,\n" for path in (*texts, f"{info}/RECORD", f"{project}.bin"))
    texts |= {f"{info}/RECORD": record.encode()}
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for path, content in texts.items():
            archive.writestr(zipfile.ZipInfo(path), content)
        rest = max(size - stream.tell() - 100 * (len(texts) + 1), 1)
        archive.writestr(zipfile.ZipInfo(f"{project}.bin"), random.randbytes(rest))
    return stream.getvalue()


def free_port() -> int:
    """A port that nobody listens at, and neither at the next."""
    while True:
        with socket.socket() as one, socket.socket() as other:
            one.bind(("127.0.0.1", 0))
            port = int(one.getsockname()[1])
            try:
                other.bind(("127.0.0.1", port + 1))
            except (OSError, OverflowError):
                continue
            return port


def ask(url: str, accept: str, seconds: int) -> Answered:
    """Let wrk ask. Stops if one answer is none."""
    words = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "--timeout=30s", "--latency"]
    words += ["-H", f"Accept: {accept}", url]
    said = subprocess.run(words, capture_output=True, text=True, check=True).stdout
    if "Non-2xx" in said or "Socket errors" in said:
        raise SystemExit(f"{url}\n{said}")
    rate = re.search(r"Requests/sec:\s+([\d.]+)", said)
    middle, late = (re.search(rf"{share}%\s+([\d.]+)(us|ms|s)\b", said) for share in (50, 99))
    if not (rate and middle and late):
        raise SystemExit(said)
    return Answered(rate=float(rate[1]), middle=milliseconds(middle), late=milliseconds(late))


def milliseconds(found: re.Match[str]) -> float:
    """A time as wrk writes it."""
    return float(found[1]) * {"us": 1e-3, "ms": 1.0, "s": 1e3}[found[2]]


def markdown(names: Sequence[str], samples: Mapping[tuple[str, str], Sequence[Answered]]) -> str:
    """The table: medians of the rounds, and how they are to the best of the others."""

    def middle(name: str, question: str, value: str) -> float:
        return statistics.median(getattr(one, value) for one in samples[name, question])

    columns = ["answers a second (median ms, 99 % ms)", *QUESTIONS]
    lines = [f"| {' | '.join(columns)} |", "|---" + "|--:" * len(QUESTIONS) + "|"]
    for name in names:
        cells = [
            f"{middle(name, question, 'rate'):,.0f} "
            f"({middle(name, question, 'middle'):.1f}, {middle(name, question, 'late'):.1f})"
            for question in QUESTIONS
        ]
        lines.append(f"| {name} | {' | '.join(cells)} |")
    if len(names) > 1:
        ratios = [
            middle(names[0], question, "rate")
            / max(middle(name, question, "rate") for name in names[1:])
            for question in QUESTIONS
        ]
        cells = [f"{ratio:.2f}" for ratio in ratios]
        lines.append(f"| {names[0]} to the best of the others | {' | '.join(cells)} |")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())

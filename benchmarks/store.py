"""What it costs to verify a store, beside bare sha256 over the same files.

python3 benchmarks/store.py                     10,000 blobs; some minutes, most of them to fill the store
python3 benchmarks/store.py --blobs 500         does it work?

Both run in turns, in one process, over files that are in the system's cache: what is measured is the
work of the store, not the disk. Needs nothing but this checkout. See README.md beside it.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import random
import statistics
import sys
import tempfile
import time
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(CHECKOUT / "src"))

SIZES = {"small": (200, 8_000), "wheels": (5_000, 400_000)}
"""Smallest and largest blob, in bytes: of metadata and recipes, and of wheels. Logarithms are even."""


def main() -> None:
    """Fill a store for each kind of sizes, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--blobs", type=int, default=10_000)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--work", type=Path, help="where the stores are to lie")
    options = parser.parse_args()
    print("| blobs | count | MB | bare sha256, s | verify, s | verify is to bare as |")
    print("|---|--:|--:|--:|--:|--:|")
    for kind, (least, most) in SIZES.items():
        with tempfile.TemporaryDirectory(dir=options.work) as folder:
            print(row(kind, Path(folder), options.blobs, options.runs, least, most), flush=True)


def row(kind: str, folder: Path, blobs: int, runs: int, least: int, most: int) -> str:
    """One line of the table: the median time of each, and the ratio of the speeds."""
    from zigwheel.store.local import open_folder

    store = open_folder(folder / "store")
    rng = random.Random(blobs)
    for _ in range(blobs):
        size = int(least * (most / least) ** rng.random())
        store.put(io.BytesIO(rng.randbytes(size)))
    files = [store.root / "blobs/sha256" / b.sha256[:2] / b.sha256 for b in store.blobs()]
    bare: list[float] = []
    ours: list[float] = []
    for _ in range(runs):
        bare.append(timed(lambda: [hashlib.sha256(file.read_bytes()).digest() for file in files]))
        ours.append(timed(lambda: check(store.verify(), blobs)))
    total = sum(file.stat().st_size for file in files) / 1e6
    first, second = statistics.median(bare), statistics.median(ours)
    return f"| {kind} | {blobs} | {total:.0f} | {first:.3f} | {second:.3f} | {first / second:.2f} |"


def timed(work: object) -> float:
    """Seconds that a call takes."""
    assert callable(work)
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def check(report: object, blobs: int) -> None:
    """A look that did not see all would be quick."""
    if getattr(report, "checked", 0) != blobs or not getattr(report, "good", False):
        raise SystemExit(f"the store is not as it was filled: {report}")


if __name__ == "__main__":
    main()

from __future__ import annotations

import pytest

from tests.corpus.counted import passed
from tests.corpus.record import Package, packages


@pytest.mark.parametrize(
    ("said", "count"),
    [
        ("....\n158 passed in 4.22s\n", 158),
        ("123 passed, 5 skipped, 144 subtests passed in 11.14s\n", 123),
        ("==== 937 passed, 17 skipped, 2 xfailed in 2.97s ====\n", 937),
        ("19804 passed, 3 warnings in 295.50s (0:04:55)\n", 19804),
        (
            "= 48 passed, 1 skipped in 1.43s =\n...\n= 1 passed, 48 skipped, 1 warning in 0.10s =\n",
            49,
        ),
        ("2 failed, 3 passed in 1.00s\n", 3),
        ("1 failed in 1.00s\n", 0),
        ("Ran 723 tests in 0.724s\n\nOK (skipped=10)\n", 713),
        ("Ran 41 tests in 0.083s\n\nOK\n", 41),
        ("Ran 10 tests in 1s\n\nFAILED (failures=2, errors=1, skipped=3)\n", 4),
        ("ImportError\n", 0),
    ],
)
def test_closing_lines(said: str, count: int) -> None:
    assert passed(said) == count


@pytest.mark.parametrize("package", packages(), ids=lambda p: p.name)
def test_the_record_holds_together(package: Package) -> None:
    assert bool(package.handwork) == (package.work != "none")
    assert set(package.extensions) <= set(package.files)
    assert len(package.sha256) == 64
    assert package.suite.passed > 0
    assert all(reason for reason in [*package.absent.values(), *package.added.values()])

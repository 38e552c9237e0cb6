"""What decides the bytes of a wheel beside its sdist, as the process that builds tells it."""

from __future__ import annotations

import pytest

from zigwheel.matrix.operations import lasting

RECORD = """\
spam/__init__.py,sha256=abc,10
spam/__pycache__/__init__.cpython-313.pyc,,
spam-1.0.dist-info/INSTALLER,sha256=pip,4
spam-1.0.dist-info/METADATA,sha256=def,100
spam-1.0.dist-info/RECORD,,
spam-1.0.dist-info/REQUESTED,sha256=e3b,0
../../../bin/spam,sha256=shebang,200
"""


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(
            RECORD.replace("sha256=shebang", "sha256=elsewhere"), id="another environment"
        ),
        pytest.param(RECORD.replace("sha256=pip", "sha256=uv"), id="another installer"),
        pytest.param(RECORD.replace("spam/__pycache__/__init__.cpython-313.pyc,,\n", ""), id="pyc"),
        pytest.param("".join(sorted(RECORD.splitlines(keepends=True))), id="another order"),
    ],
)
def test_how_a_distribution_was_installed_decides_nothing(other: str) -> None:
    assert lasting(other) == lasting(RECORD)


@pytest.mark.parametrize("changed", ["sha256=abc", "sha256=def", "spam/__init__.py"])
def test_what_is_in_it_does(changed: str) -> None:
    assert lasting(RECORD.replace(changed, "sha256=other")) != lasting(RECORD)

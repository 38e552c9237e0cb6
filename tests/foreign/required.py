"""What a test does that needs an interpreter of another machine."""

from __future__ import annotations

import os

import pytest

from tests.foreign.python import ForeignPython, Unavailable
from tests.foreign.registry import python_named


def required(name: str) -> ForeignPython:
    """The interpreter of this name. A test that lacks it is skipped with the reason; in CI it fails."""
    try:
        return python_named(name)
    except Unavailable as error:
        if os.environ.get("CI"):
            pytest.fail(f"{name}: {error}", pytrace=False)
        pytest.skip(f"{name}: {error}")

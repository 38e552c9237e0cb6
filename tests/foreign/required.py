"""What a test does that needs something of another machine."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TypeVar

import pytest

from tests.foreign.python import ForeignPython, Unavailable
from tests.foreign.registry import python_named

T = TypeVar("T")


def required(name: str) -> ForeignPython:
    """The interpreter of this name. A test that lacks it is skipped with the reason; in CI it fails."""
    return had(name, lambda: python_named(name))


def had(name: str, get: Callable[[], T]) -> T:
    """What `get` returns. A test that lacks it is skipped with the reason; in CI it fails."""
    try:
        return get()
    except Unavailable as error:
        if os.environ.get("CI"):
            pytest.fail(f"{name}: {error}", pytrace=False)
        pytest.skip(f"{name}: {error}")

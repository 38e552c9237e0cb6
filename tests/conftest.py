"""What holds for all tests."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from tests.foreign.cache import cache_root

# how long an example takes says how busy the machine is, and nothing of the code
settings.register_profile("zigwheel", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("zigwheel")

# One cache for all that is built here: compiling libc++ for every target takes most of an hour, once.
os.environ.setdefault("ZIGWHEEL_CACHE_DIR", str(cache_root() / "zigwheel"))


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Callable[[str], Path]]:
    """Mounts a small disk. That needs root, which CI is."""
    done: list[Path] = []

    def mount(size: str) -> Path:
        folder = tmp_path / "disk"
        folder.mkdir()
        words = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)]
        ran = subprocess.run(words, capture_output=True, text=True)
        if ran.returncode:
            refuse = pytest.fail if os.environ.get("CI") else pytest.skip
            refuse(f"mounting is not allowed here: {ran.stderr.strip()}")
        done.append(folder)
        return folder

    yield mount
    for folder in done:
        subprocess.run(["umount", str(folder)], check=True)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Debian's Chromium; lacking it, a test is skipped, and in CI it fails."""
    from playwright.sync_api import sync_playwright

    chromium = shutil.which("chromium")
    if chromium is None:
        if os.environ.get("CI"):
            pytest.fail("chromium is not installed")
        pytest.skip("chromium is not installed")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield opened
        opened.close()

"""What holds for all tests."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

from tests.foreign.cache import cache_root

# how long an example takes says how busy the machine is, and nothing of the code
settings.register_profile("zigwheel", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("zigwheel")

# One cache for all that is built here: compiling libc++ for every target takes most of an hour, once.
os.environ.setdefault("ZIGWHEEL_CACHE_DIR", str(cache_root() / "zigwheel"))

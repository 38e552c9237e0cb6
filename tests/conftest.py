"""What holds for all tests."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

# how long an example takes says how busy the machine is, and nothing of the code
settings.register_profile("zigwheel", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("zigwheel")

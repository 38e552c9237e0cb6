from __future__ import annotations

from tests.zig.conftest import zig as zig

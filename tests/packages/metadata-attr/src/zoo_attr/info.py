"""Facts about the package, of which some only exist at run time."""

from __future__ import annotations

from zoo_attr import _core

VERSION_INFO: tuple[int, ...] = (4, 5, 6)
BUILT_BY = _core.compiler()
__version__ = ".".join(map(str, VERSION_INFO)) + "rc1"

import sys

if sys.version_info >= (3, 12):
    from collections.abc import Buffer
else:
    from typing import Any as Buffer

def dot(left: Buffer, right: Buffer, kind: str = "", /) -> int: ...
def usable() -> tuple[str, ...]: ...

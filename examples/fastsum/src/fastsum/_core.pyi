import sys
from typing import NamedTuple

if sys.version_info >= (3, 12):
    from collections.abc import Buffer
else:
    from typing import Any as Buffer

class Summary(NamedTuple):
    count: int
    mean: float
    variance: float
    minimum: float
    maximum: float

def total(data: Buffer, /, *, start: float = 0.0) -> float: ...
def dot(left: Buffer, right: Buffer, /) -> float: ...
def describe(data: Buffer, /, *, ddof: int = 0) -> Summary: ...

"""The one time that every file of an archive carries."""

from __future__ import annotations

from collections.abc import Mapping

from zigwheel.errors import ConfigError

FIXED = 1_451_606_400
"""2016-01-01 00:00:00 UTC, in seconds since 1970.

Without `SOURCE_DATE_EPOCH` any constant would do; this one is far enough from 1980-01-01, the first
moment of a zip archive, that a reader in any time zone can represent it.
"""

EARLIEST = 315_532_800
"""1980-01-01 00:00:00 UTC: the first time that a zip archive can hold."""

LATEST = 4_354_819_198
"""2107-12-31 23:59:58 UTC: the last one."""


def source_date_epoch(environ: Mapping[str, str]) -> int | None:
    """`SOURCE_DATE_EPOCH` in seconds since 1970 UTC, or None if it is unset or empty.

    Source: https://reproducible-builds.org/specs/source-date-epoch/. Raises `ConfigError`.
    """
    value = environ.get("SOURCE_DATE_EPOCH", "")
    if not value:
        return None
    if not (value.isascii() and value.isdigit()):
        raise ConfigError(
            f"`SOURCE_DATE_EPOCH` is {value!r}, not a number of seconds since 1970",
            hint="set it with `SOURCE_DATE_EPOCH=$(git log -1 --format=%ct)`, or unset it",
        )
    return int(value)


def archive_time(epoch: int | None) -> int:
    """Seconds since 1970 UTC for all files of an archive: `epoch` in a zip's range, or `FIXED`.

    Wheels and sdists share the range of zip, so that one `SOURCE_DATE_EPOCH` gives one time.
    """
    return FIXED if epoch is None else min(max(epoch, EARLIEST), LATEST)

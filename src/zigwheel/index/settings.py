"""How an index is run: `index.toml` in its folder, and `ZIGWHEEL_INDEX_*`, which count more."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from zigwheel.config.convert import Errors, Part, built, read_record
from zigwheel.config.kinds import keys_of
from zigwheel.config.settings import raw_value
from zigwheel.config.toml import TomlError, parse
from zigwheel.config.words import did_you_mean
from zigwheel.errors import ConfigError, raise_all
from zigwheel.index.model import LARGEST
from zigwheel.index.sources.sandbox import AUTO

FILE = "index.toml"
PREFIX = "ZIGWHEEL_INDEX_"

LEAST = {
    "build-memory": 0,
    "build-seconds": 1,
    "builds": 1,
    "builds-waiting": 0,
    "largest": 1,
    "uploads": 1,
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Settings:
    """What an operator decides."""

    store: str = ""
    """Where the bytes are: a folder, or `s3://BUCKET/PREFIX`. By default `store` in the index's folder."""
    caches: tuple[str, ...] = ()
    """URLs of secondary caches, in the order in which they are asked for what the store lacks."""
    package_caches: bool = True
    """Whether the caches are asked, after these, that a project's newest sdist declares for its own files."""
    reach: tuple[str, ...] = ()
    """Networks, such as `10.0.0.0/8`, that redirects and the caches of packages may lead to, beside the
    public one."""
    rebuild: bool = True
    """Whether wheels are made again here that neither the store nor a cache has."""
    builds: int = 1
    """How many of them at once."""
    build_seconds: int = 1800
    """How long one build may take."""
    build_options: tuple[str, ...] = ()
    """Given to `zigwheel rebuild`, such as `--find-links`, `--no-index` or `--memory`."""
    builds_waiting: int = 100
    """How many of them may wait; for others clients are told to come back."""
    build_memory: int = 8 * 2**30
    """Bytes of memory that each process of a build may have, where the sandbox is `auto`; 0 for no limit."""
    sandbox: tuple[str, ...] = AUTO
    """The start of a command that builds are run by. `["auto"]` is without a network, as far as this system
    allows it; `[]` is nothing."""
    largest: int = LARGEST
    """Bytes that an uploaded file may have."""
    uploads: int = 4
    """How many uploaded files are looked at at once."""
    rate: str = ""
    """How often one address may ask, such as `600/minute`; as often as it likes by default."""
    upload_rate: str = ""
    """How often one address may upload, such as `60/hour`."""
    upstream: str = ""
    """The Simple API that names go to which are not here; none by default."""
    own: tuple[str, ...] = ()
    """Names, or patterns such as `acme-*`, of projects that never go there, whether they are here or not."""


def read_settings(folder: Path, environ: Mapping[str, str]) -> Settings:
    """The settings of the index in a folder. Raises `ConfigError`, or an `ErrorCollection`."""
    errors: Errors = []
    part = of_file(folder / FILE, errors)
    keys = keys_of(Settings)
    known = {f"{PREFIX}{name.upper().replace('-', '_')}": key for name, key in keys.items()}
    for name, value in sorted(environ.items()):
        if not name.startswith(PREFIX) or not value:
            continue
        if name not in known:
            errors.append(
                ConfigError(f"unknown variable `{name}`{did_you_mean(name, list(known))}")
            )
            continue
        key = known[name]
        raw = raw_value(key.kind, value, name, errors)
        if raw is not None:
            part |= read_record(Settings, {key.name: raw}, "", errors)
    for name, least in LEAST.items():
        if isinstance(part.get(name), int) and part[name] < least:
            errors.append(ConfigError(f"`{name}` is {part[name]}, and has to be {least} or more"))
    for network in part.get("reach", ()):
        try:
            ipaddress.ip_network(network)
        except ValueError as error:
            errors.append(ConfigError(f"`reach` has what is no network: {error}"))
    raise_all(errors)
    found: Settings = built(Settings, part)
    return found


def of_file(file: Path, errors: Errors) -> Part:
    """What the file says; nothing if it is not there."""
    try:
        text = file.read_text(encoding="utf-8")
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as error:
        errors.append(ConfigError(f"{str(file)!r} cannot be read: {error}"))
        return {}
    try:
        return read_record(Settings, parse(text), "", errors)
    except TomlError as error:
        errors.append(ConfigError(f"{file}:{error.line}:{error.column}: {error.message}"))
        return {}

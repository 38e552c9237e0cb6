"""Headers that a build takes from elsewhere: those of the target's Python, and of installed packages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from zigwheel.borrowed.model import Kept
from zigwheel.config.model import Config
from zigwheel.setup import Setup, borrows
from zigwheel.target.model import Target

if TYPE_CHECKING:
    from zigwheel.target.installation import HeaderSource


@dataclass(frozen=True, kw_only=True, slots=True)
class Headers:
    """The headers of the target's Python."""

    folder: Path
    """Include folder in the cache, with the target's `pyconfig.h`."""
    sha256: str
    """Digest of what is in it."""
    release: str
    """Version of Python that they are from, such as `3.13.5`."""
    source: Path
    """Include folder of the interpreter or the header pack that they were taken from."""


def source_of(setup: Setup, target: Target, cache: Path) -> HeaderSource:
    """The headers of the target's Python on this machine; those of a pack are kept in the cache.

    Raises `HeadersError` and `StorageError`.
    """
    from zigwheel.plan.resolve import common_stable_abi
    from zigwheel.target.header_packs import keep, packs_here
    from zigwheel.target.headers import find_headers

    stable = common_stable_abi(setup.config, target)
    found = find_headers(
        target.python,
        limited_api_minimum=stable.minimum if stable else None,
        given=setup.config.python_headers,
        host=setup.host,
        environ=setup.environ,
        packs=packs_here(setup.cache),
        places=setup.places,
    )
    return keep(found, cache)


def headers_of(setup: Setup, target: Target, cache: Path) -> Headers:
    """The headers of the target's Python, put into the cache if need be. Raises `HeadersError`."""
    from zigwheel.plan.resolve import common_stable_abi
    from zigwheel.storage import told
    from zigwheel.target.header_tree import headers_sha256, materialise
    from zigwheel.target.pyconfig import old_names, register_reader, render
    from zigwheel.target.pypy import own_pyconfig

    source = source_of(setup, target, cache)
    triple = target.triple
    if target.python.is_pypy:
        pyconfig = own_pyconfig(source, triple)
    else:
        pyconfig = render(
            arch=triple.arch,
            os=triple.os,
            libc=triple.libc,
            libc_floor=triple.floor,
            version=source.version,
            # a stable ABI has one set of headers, so that either Python gives the same file
            free_threaded=target.python.free_threaded
            and not common_stable_abi(setup.config, target),
        )
        pyconfig += old_names(source.version) + register_reader(triple.os, triple.arch)
    digest = headers_sha256(source, pyconfig, setup.places.digests if setup.places else None)
    folder = cache / "headers" / digest[:32]
    if not folder.is_dir():
        with told("copying Python's headers", folder.parent):
            materialise(source, pyconfig=pyconfig, folder=folder)
    return Headers(folder=folder, sha256=digest, release=source.release, source=source.include)


def packages_of(setup: Setup, config: Config, target: Target, cache: Path) -> Mapping[str, Kept]:
    """The headers that installed distributions bring, put into the cache if need be."""
    if not borrows(config):
        return {}
    from zigwheel.borrowed.keep import kept_for

    return kept_for(
        config,
        target.triple,
        cache=cache,
        python=setup.host.executable,
        environ=setup.environ,
        earlier=setup.packages,
    )

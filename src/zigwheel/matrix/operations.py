"""What can be asked of a process that builds: for each request, what is done once it has begun.

A request is begun in the process that stays, which learns from it what serves all that follow: what the
config says, where Python's headers are. The rest is done in a copy.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from zigwheel.setup import Setup, set_up
from zigwheel.target.host import describe_host
from zigwheel.target.interpreters import Places

if TYPE_CHECKING:
    from zigwheel.target.installation import HeaderSource
    from zigwheel.target.model import Host

Request = Mapping[str, Any]
Answer = dict[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Known:
    """What a process has learnt of its machine."""

    host: Host = field(default_factory=describe_host)
    """The machine."""
    places: dict[frozenset[tuple[str, str]], Places] = field(default_factory=dict)
    """Where headers may be, for each environment."""

    def setup_of(self, request: Request) -> Setup:
        """What a build starts from; its environment becomes this process's."""
        root, environ = Path(request["project"]), request["environ"]
        os.environ.clear()
        os.environ.update(environ)
        setup = set_up(root, request["settings"], environ, self.host)
        return replace(setup, jobs=request["jobs"], places=self.places_of(environ))

    def places_of(self, environ: Mapping[str, str]) -> Places:
        """Where headers may be."""
        key = frozenset(environ.items())
        if key not in self.places:
            self.places[key] = Places(self.host, environ)
        return self.places[key]

    def setups_of(self, request: Request) -> Iterator[Setup]:
        """What the builds of `all` jobs start from."""
        return (self.setup_of({**request, **job}) for job in request["all"])


def begun(request: Request, known: Known) -> Callable[[], Answer]:
    """Begin a request; what is returned does the rest. Raises what reading a config raises."""
    return OPERATIONS[request["do"]](request, known)


def sdist(request: Request, known: Known) -> Callable[[], Answer]:
    """Build the sdist."""
    from zigwheel.pipeline import build_sdist

    setup = known.setup_of(request)
    return lambda: {"file": build_sdist(setup, Path(request["out"])).name}


def wheel(request: Request, known: Known) -> Callable[[], Answer]:
    """Build a wheel."""
    from zigwheel.pipeline import build_wheel

    setup = known.setup_of(request)
    learn_headers(setup, known)
    return lambda: {
        "file": build_wheel(setup, Path(request["out"])).name,
        "headers": headers_used(setup),
    }


def compiled_with(request: Request, known: Known) -> Callable[[], Answer]:
    """Python's headers that the wheels of `all` jobs would be compiled with, as this machine has them."""
    setups = list(known.setups_of(request))
    for setup in setups:
        learn_headers(setup, known)
    return lambda: {"headers": [headers_used(setup) for setup in setups]}


def learn_headers(setup: Setup, known: Known) -> None:
    """Find and hash Python's headers, whose places and hashes are known from now on."""
    from zigwheel.target.header_tree import headers_sha256

    if source := headers(setup):
        headers_sha256(source, "", known.places_of(setup.environ).digests)


def headers_used(setup: Setup) -> list[str]:
    """For each architecture, the version of Python's headers and their digest; nothing where none are."""
    from zigwheel.headers import headers_of
    from zigwheel.setup import slices_of

    if headers(setup) is None or setup.target is None:
        return []
    parts = slices_of(setup, setup.target)
    found = [headers_of(part, part.target, part.cache) for part in parts if part.target]
    return [f"{one.release} {one.sha256}" for one in found]


def generate(request: Request, known: Known) -> Callable[[], Answer]:
    """Make what is generated for all targets, so that the builds find it."""
    return partial(generated, known.setup_of(request))


def generated(setup: Setup) -> Answer:
    """Have the generated files of a project in the cache."""
    from zigwheel.setup import generates, tree_of

    if generates(setup.config):
        tree_of(setup, setup.target, setup.cache)
    return {}


def lacking(request: Request, known: Known) -> Callable[[], Answer]:
    """What the hooks ask for, beside `[build-system]`: for the sdist, or for the wheels of all `jobs`."""
    return partial(lacked, request, known)


def lacked(request: Request, known: Known) -> Answer:
    """What the hooks ask for. Their code may be the project's own, which no process keeps."""
    from zigwheel.setup import requires_for_sdist, requires_for_wheel

    if request["for"] == "sdist":
        return {"requires": requires_for_sdist(known.setup_of(request))}
    found = map(requires_for_wheel, known.setups_of(request))
    return {"requires": sorted({requirement for each in found for requirement in each})}


def inputs(request: Request, known: Known) -> Callable[[], Answer]:
    """What decides the wheels of all `jobs` beside the sdist: distributions, and Python's headers."""
    sources = [headers(setup) for setup in known.setups_of(request)]
    return lambda: {
        "distributions": distributions(),
        "headers": [state_of(source.include) if source else "" for source in sources],
    }


def installed(request: Request, known: Known) -> Callable[[], Answer]:
    """Name and version of each distribution that `requires` stands for, with what these require in turn."""
    from zigwheel.matrix.closure import closure

    return lambda: {"installed": sorted(closure(request["requires"]).items())}


def distributions() -> list[str]:
    """What this environment brings to a build: a digest for each distribution."""
    import hashlib
    from importlib.metadata import distributions

    found = set()
    for one in distributions():
        text = one.read_text("RECORD")
        text = lasting(text) if text else f"{one.metadata['Name']} {one.version}"
        found.add(hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest())
    return sorted(found)


def lasting(record: str) -> str:
    """What is the same in every environment of a RECORD: not the programs, which name their interpreter."""
    return "\n".join(
        line
        for line in sorted(record.splitlines())
        if not line.startswith(("..", "/")) and not PASSING.search(line)
    )


PASSING = re.compile(r"\.pyc,|\.dist-info/(?:INSTALLER|REQUESTED|RECORD),")
"""Lines of a RECORD that tell who installed a distribution, and what was done with it since."""


def headers(setup: Setup) -> HeaderSource | None:
    """The headers of the target's Python; None where a build needs none, or has none."""
    from zigwheel.errors import HeadersError
    from zigwheel.headers import source_of

    if setup.target is None or not setup.compiles:
        return None
    try:
        return source_of(setup, setup.target, setup.cache)
    except HeadersError:
        return None


@cache
def state_of(folder: Path) -> str:
    """Digest of the names, sizes and times below a folder."""
    from zigwheel.reuse import state

    return state(folder)


OPERATIONS: Mapping[str, Callable[[Request, Known], Callable[[], Answer]]] = {
    operation.__name__: operation
    for operation in (sdist, wheel, generate, lacking, inputs, installed, compiled_with)
}
"""What can be asked for, by the word of `do`."""

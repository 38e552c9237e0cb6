"""A store with wheels that recipes are there for. Their bytes are noise: nobody builds them here."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path

from tests.recipe.recipes import recipe
from zigwheel.recipe.document import document
from zigwheel.recipe.model import File, Recipe, Wheel
from zigwheel.recipe.statements import summary
from zigwheel.store.local import LocalStore, open_folder

PLATFORMS = ("manylinux_2_17_x86_64", "manylinux_2_17_aarch64", "win_amd64", "macosx_11_0_arm64")


@dataclass(frozen=True, kw_only=True, slots=True)
class Shelf:
    """A folder with a store, recipes and statements."""

    root: Path
    """The folder."""
    store: LocalStore
    """The store in it."""

    @property
    def recipes(self) -> Path:
        return self.root / "recipes"

    @property
    def statements(self) -> Path:
        return self.root / "statements"

    def there(self) -> set[str]:
        """The names of all blobs."""
        return {blob.sha256 for blob in self.store.blobs()}


def made(root: Path) -> Shelf:
    """An empty one."""
    for name in ("recipes", "statements"):
        (root / name).mkdir(parents=True)
    return Shelf(root=root, store=open_folder(root / "store"))


def release(
    shelf: Shelf,
    name: str,
    version: str,
    *,
    sizes: Sequence[int] = (1000, 2000, 3000, 4000),
    seconds: float = 1.0,
    second: bool = True,
    sdist: bool = True,
) -> Recipe:
    """Put a release into the store: a wheel of each size, its recipe, and with `second` a statement of another
    builder; `sdist`: whether its sdist is there."""
    rng = random.Random(f"{name} {version}")
    source = rng.randbytes(500)
    made_from = File(name=f"{name}-{version}.tar.gz", size=500, sha256=sha256(source).hexdigest())
    if sdist:
        put(shelf, source)
    wheels = [
        wheel(shelf, name, version, platform, rng.randbytes(size), seconds)
        for platform, size in zip(PLATFORMS, sizes, strict=False)
    ]
    one = replace(
        recipe(),
        name=name,
        version=version,
        sdist=made_from,
        wheels=tuple(sorted(wheels, key=lambda wheel: wheel.name)),
        builder="urn:first",
    )
    file = f"{name}-{version}"
    (shelf.recipes / f"{file}.recipe.json").write_text(document(one, None))
    if second:
        names = [wheel.name for wheel in wheels]
        said = summary(one, names, builder="urn:second", machine="m", circumstances={})
        (shelf.statements / f"{file}.json").write_text(said)
    return one


def wheel(
    shelf: Shelf, name: str, version: str, platform: str, data: bytes, seconds: float
) -> Wheel:
    """A wheel in the store, as a recipe has it."""
    (pattern,) = recipe().wheels
    put(shelf, data)
    digest = sha256(data).hexdigest()
    file = File(name=f"{name}-{version}-cp313-cp313-{platform}.whl", size=len(data), sha256=digest)
    family = platform.replace("_2_17", "").replace("_11_0", "")
    return replace(
        pattern,
        identifier=f"cp313-{family}",
        output=replace(pattern.output, file=file, tags=(f"cp313-cp313-{platform}",)),
        record=replace(pattern.record, seconds=seconds),
    )


def put(shelf: Shelf, data: bytes) -> str:
    """Put a blob; its name."""
    import io

    return shelf.store.put(io.BytesIO(data)).sha256

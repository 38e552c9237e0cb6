"""Wheels are rebuilt somewhere else, statements are written, signed and counted."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.recipe.conftest import NATIVE, Built, run
from tests.recipe.recipes import recipe
from zigwheel.errors import RecipeError, ZigwheelError
from zigwheel.recipe.document import document, parsed
from zigwheel.recipe.statements import (
    UNNAMED,
    Statement,
    builders,
    read_statement,
    reconstructable,
    summary,
)

REFUSED = RecipeError.exit_code
NATIVE_WHEEL = f"{NATIVE}-manylinux_x86_64"


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, Path]:
    """A private key, its public one, and the public one of somebody else."""
    folder = tmp_path_factory.mktemp("keys")
    for name in ("mine", "other"):
        private = folder / f"{name}.pem"
        subprocess.run(["openssl", "genpkey", "-algorithm", "ed25519", "-out", private], check=True)
        public = ["openssl", "pkey", "-in", private, "-pubout", "-out", folder / f"{name}.pub"]
        subprocess.run(public, check=True)
    return folder / "mine.pem", folder / "mine.pub", folder / "other.pub"


def said(name: str, *, builder: str) -> str:
    return summary(recipe(), [name], builder=builder, machine="linux-x86_64", circumstances={})


WHEEL = recipe().wheels[0]


@pytest.mark.slow
def test_elsewhere_it_is_the_same(fastsum: Built, tmp_path: Path) -> None:
    out = tmp_path / "statement.json"
    words = ("verify", fastsum.recipe, "--no-isolation", "--wheel", NATIVE_WHEEL)
    done = run(*words, "--builder", "urn:second", "-o", out)
    assert "1 wheel equal" in done.stderr
    statement = read_statement(out)
    (wheel,) = (w for w in parsed(fastsum.recipe.read_bytes(), "x").wheels if "manylinux" in w.name)
    assert statement == Statement(
        builder="urn:second", wheels=frozenset([wheel.output.file.sha256])
    )
    assert str(tmp_path) not in out.read_text()
    words = ("verify", fastsum.recipe, "--wheel", NATIVE_WHEEL, "--statement", out)
    assert "1 of 1 wheel made equal by 2 builders" in run(*words).stderr
    assert "0 of 1 wheel" in run(*words, "--independent", "3", code=REFUSED).stderr


@pytest.mark.slow
def test_a_wheel_that_is_not_the_recorded_one(fastsum: Built, tmp_path: Path) -> None:
    release = fastsum.copied(tmp_path / "copy")
    wheel = next(release.wheels.glob("*win_amd64.whl"))
    other = next(release.wheels.glob("*universal2.whl"))
    shutil.copyfile(other, wheel)
    done = run("verify", wheel, "--no-isolation", code=REFUSED)
    assert "is not the wheel that the recipe has under its name" in done.stderr
    assert "is too much" in done.stderr


@pytest.mark.slow
def test_a_recipe_that_somebody_else_has_signed(
    fastsum: Built, tmp_path: Path, keys: tuple[Path, Path, Path]
) -> None:
    private, public, other = keys
    release = fastsum.copied(tmp_path / "copy")
    text = document(parsed(release.recipe.read_bytes(), "x"), private)
    release.recipe.write_text(text)
    words = ("rebuild", release.recipe, "--no-isolation", "--wheel", NATIVE_WHEEL)
    run(*words, "-o", tmp_path / "out", "--key", public)
    assert len(list((tmp_path / "out").iterdir())) == 1
    done = run(*words, "-o", tmp_path / "none", "--key", other, code=REFUSED)
    assert "`signatures`" in done.stderr
    assert not (tmp_path / "none").exists()


def test_signed_and_changed(keys: tuple[Path, Path, Path]) -> None:
    private, public, other = keys
    text = document(recipe(), private)
    assert parsed(text.encode(), "x") == recipe()
    assert parsed(text.encode(), "x", [other, public]) == recipe()
    table = json.loads(text)
    table["payload"] = table["payload"][:-8] + "AAAA" + table["payload"][-4:]
    for data in (json.dumps(table).encode(), document(recipe()).encode()):
        with pytest.raises(ZigwheelError):
            parsed(data, "x", [public])


@pytest.mark.parametrize(
    "text", ['{"payload": 1}', '{"payload": "=", "payloadType": "x", "signatures": [1]}', "{}"]
)
def test_what_is_no_envelope(text: str) -> None:
    with pytest.raises(ZigwheelError) as caught:
        parsed(text.encode(), "x")
    assert caught.value.exit_code == REFUSED


def test_who_counts(tmp_path: Path) -> None:
    file = tmp_path / "statement.json"
    file.write_text(said(WHEEL.name, builder="urn:second"))
    second = read_statement(file)
    first = recipe().builder
    assert builders(recipe(), [second]) == {WHEEL.name: {first, "urn:second"}}
    same = Statement(builder=first, wheels=second.wheels)
    other = Statement(builder="urn:third", wheels=frozenset(["0" * 64]))
    assert reconstructable(recipe(), [second]) == {WHEEL.name}
    assert reconstructable(recipe(), [same, other]) == frozenset()
    assert reconstructable(recipe(), [second], independent=3) == frozenset()
    file.write_text(said(WHEEL.name, builder=""))
    assert read_statement(file).builder == UNNAMED


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ("PASSED", "FAILED", "verificationResult"),
        ("equal-bytes", "anything", "policy.uri"),
        ("verification_summary", "provenance", "predicateType"),
        ("cp313-manylinux", "/../x", "subject[0].name"),
        ("b" * 64, "b" * 63, "subject[0].digest.sha256"),
    ],
)
def test_what_is_no_statement(tmp_path: Path, old: str, new: str, field: str) -> None:
    file = tmp_path / "statement.json"
    text = said(WHEEL.name, builder="urn:second")
    assert old in text
    file.write_text(text.replace(old, new))
    with pytest.raises(ZigwheelError) as caught:
        read_statement(file)
    assert f"{field}`" in str(caught.value)


def test_an_unsigned_statement_counts_for_nobody(
    tmp_path: Path, keys: tuple[Path, Path, Path]
) -> None:
    file = tmp_path / "statement.json"
    file.write_text(said(WHEEL.name, builder="urn:second"))
    with pytest.raises(RecipeError, match="not signed"):
        read_statement(file, [keys[1]])

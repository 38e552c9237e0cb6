"""`zigwheel stats`, of a folder and of an index."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

from tests.census.conftest import Server, file
from tests.recipe.conftest import run
from tests.recipe.recipes import recipe
from zigwheel.errors import ConfigError, StorageError, UpstreamError
from zigwheel.recipe.document import document
from zigwheel.recipe.statements import summary

USAGE = ConfigError.exit_code


def cells(text: str, name: str) -> list[str]:
    """The row of a project."""
    return next(line.split() for line in text.splitlines() if line.startswith(name))


def test_a_wheelhouse(tmp_path: Path) -> None:
    house = tmp_path / "wheelhouse"
    house.mkdir()
    (house / "spam-1.0.tar.gz").write_bytes(bytes(1000))
    (house / "spam-1.0-cp313-cp313-manylinux_2_17_x86_64.whl").write_bytes(bytes(3000))
    (house / "spam-1.0-cp313-cp313-win_amd64.whl").write_bytes(bytes(2000))
    (house / "notes.txt").write_text("nothing of this counts")
    done = run("stats", house)
    assert cells(done.stdout, "spam")[:10] == "spam 1 3 1.0 kB 0 B 5.0 kB 83".split()
    assert "download, for cp313-manylinux_x86_64: 3.0 kB for it now, 1.0 kB without" in done.stdout
    table = json.loads(run("stats", house, "--json", "--user", "cp313-win_amd64").stdout)
    assert table["all"]["prebuilt"] == {"files": 2, "bytes": 5000}
    assert table["projects"][0]["download"] == {"bytes": 2000, "prebuilt": True, "without": 1000}


def test_the_recipe_beside_it(tmp_path: Path) -> None:
    """Of a folder with one of two wheels of a recipe."""
    import dataclasses
    import hashlib

    house = tmp_path / "wheelhouse"
    house.mkdir()
    one = recipe()
    (wheel,) = one.wheels
    data = bytes(2000)
    (house / wheel.name).write_bytes(data)
    name = dataclasses.replace(
        wheel.output.file, size=2000, sha256=hashlib.sha256(data).hexdigest()
    )
    wheel = dataclasses.replace(wheel, output=dataclasses.replace(wheel.output, file=name))
    one = dataclasses.replace(one, wheels=(wheel,))
    (tmp_path / "wheelhouse.recipe.json").write_text(document(one))
    table = json.loads(run("stats", house, "--json").stdout)["all"]
    assert table["with-recipe"] == {"files": 1, "bytes": 2000}
    assert table["reconstructable"] == {"files": 0, "bytes": 0}
    said = tmp_path / "said.json"
    said.write_text(summary(one, [wheel.name], builder="urn:2", machine="m", circumstances={}))
    table = json.loads(run("stats", house, "--json", "--statement", said).stdout)["all"]
    assert table["reconstructable"] == {"files": 1, "bytes": 2000}
    done = run("stats", house, "--statement", said)
    assert "kept: 2.0 kB; 0 B without the 2.0 kB that can be made again" in done.stdout


def test_an_index(index: Server, tmp_path: Path) -> None:
    index.root("spam", "bacon")
    index.page(
        "spam",
        [
            file("spam-1.0.tar.gz", 1000),
            file("spam-1.0-cp313-cp313-manylinux_2_17_x86_64.whl", 9000),
            file("spam-0.9-cp313-cp313-manylinux_2_17_x86_64.whl", 8000),
        ],
    )
    index.page("bacon", [file("bacon-1.0-py3-none-any.whl", 500)])
    index.page("ziglang", [file("ziglang-0.16.0-py3-none-manylinux_2_12_x86_64.whl", 90_000_000)])
    done = run("stats", "--index-url", index.url, "spam", "bacon", "none")
    assert "no project 'none' there" in done.stderr
    assert cells(done.stdout, "spam")[:9] == "spam 2 3 1.0 kB 0 B 17 kB".split()
    assert cells(done.stdout, "all")[:3] == ["all", "3", "4"]
    assert "who builds needs the compiler besides: 90 MB, once" in done.stdout
    names = tmp_path / "names.txt"
    names.write_text("# wanted\nspam  # the first\n\nbacon\n")
    words = ("stats", "--projects", names, "--latest", "--json")
    table = json.loads(run(*words, PIP_INDEX_URL=index.url).stdout)
    assert table["all"]["prebuilt"] == {"files": 1, "bytes": 9000}
    picture = tmp_path / "bytes.svg"
    run("stats", "--index-url", index.url, "--all", "--plot", picture)
    text = "".join(ElementTree.fromstring(picture.read_text()).itertext())
    assert "spam" in text
    assert "17 kB of 18 kB are prebuilt" in text


def test_what_cannot_be_counted(index: Server, tmp_path: Path) -> None:
    def said(*words: str | Path, code: int = USAGE) -> str:
        return run("stats", *words, code=code, PIP_INDEX_URL="").stderr

    assert "no index is named" in said("--all")
    assert "is no URL" in said("--index-url", "index.example", "spam")
    assert "no project is named" in said("--index-url", index.url)
    assert "not the name of a project" in said("--index-url", index.url, "../x")
    assert "is no identifier" in said(tmp_path, "--user", "cp313-linux")
    assert "there is nothing to count" in said(tmp_path)
    assert "cannot be read" in said(tmp_path / "none", code=StorageError.exit_code)
    assert "is not there" in said("--index-url", index.url, "--all", code=UpstreamError.exit_code)

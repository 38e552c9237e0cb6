"""Uploads by twine, by uv, and by what pretends to be one of them."""

from __future__ import annotations

import gzip
import hashlib
import io
import signal
import subprocess
import tarfile
import time
import zipfile
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import pytest
import requests

from tests.index.conftest import JSON, Served, clean, twine, uv
from tests.recipe.conftest import Built, run

METADATA = "Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n{more}\n"


TAGS = "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"

NOTHING = "(not there)"
"""The content of a member that is to be left out."""


def wheel(name: str = "spam", version: str = "1.0", more: str = "", **members: str) -> bytes:
    """A small wheel."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        text = METADATA.format(name=name, version=version, more=more)
        info = f"{name}-{version}.dist-info"
        files = {f"{info}/METADATA": text, f"{info}/WHEEL": TAGS, **members}
        record = "".join(f"{path},,\n" for path in (*files, f"{info}/RECORD"))
        for path, content in {f"{info}/RECORD": record, **files}.items():
            if content != NOTHING:
                archive.writestr(zipfile.ZipInfo(path), content)
    return stream.getvalue()


def sdist(
    name: str = "spam",
    version: str = "1.0",
    *,
    info: str = "",
    member: str = "",
    more: Mapping[str, str] = MappingProxyType({}),
) -> bytes:
    """A small sdist."""
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w", encoding="utf-8") as archive:
        text = info or METADATA.format(name=name, version=version, more="")
        texts = {f"{name}-{version}/PKG-INFO": text, **({member: text} if member else {}), **more}
        for path, content in texts.items():
            data = content.encode()
            entry = tarfile.TarInfo(path)
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))
    return gzip.compress(stream.getvalue(), mtime=0)


def post(index: Served, token: str, filename: str, data: bytes, **fields: str) -> requests.Response:
    """Upload as twine does."""
    return requests.post(
        f"{index.url}/legacy/",
        data={":action": "file_upload", "protocol_version": "1", **fields},
        files={"content": (filename, data)},
        auth=("__token__", token),
        timeout=30,
    )


WHEEL = "spam-1.0-py3-none-any.whl"


@pytest.mark.slow
def test_twine_and_uv(index: Served, release: Built) -> None:
    files = sorted(release.wheels.iterdir())
    token = index.token("fastsum")
    twine(index.url, token, *files[:1])
    done = subprocess.run(
        [uv(), "publish", "--publish-url", f"{index.url}/legacy/", "--token", token]
        + [str(file) for file in files],
        env=clean(),
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert sorted(index.names("fastsum")) == [file.name for file in files]
    for entry in index.page("fastsum")["files"]:
        answer = requests.get(f"{index.url}/simple/fastsum/{entry['url']}", timeout=30)
        assert answer.content == (release.wheels / entry["filename"]).read_bytes()
        assert entry["hashes"] == {"sha256": hashlib.sha256(answer.content).hexdigest()}
        assert entry["size"] == len(answer.content)
        assert entry["requires-python"] == ">=3.9"
        if entry["filename"].endswith(".whl"):
            url = f"{index.url}/simple/fastsum/{entry['url']}.metadata"
            metadata = requests.get(url, timeout=30).content
            assert entry["core-metadata"] == {"sha256": hashlib.sha256(metadata).hexdigest()}
            assert b"Name: fastsum" in metadata


@pytest.mark.slow
def test_a_recipe_belongs_to_what_was_uploaded(index: Served, release: Built) -> None:
    token = index.token("fastsum")
    words = ("index", "push", index.url, release.recipe, "--token", token)
    assert "upload the sdist first" not in run(*words, code=19).stderr
    assert "is not here" in run(*words, code=19).stderr
    twine(index.url, token, release.sdist)
    assert run(*words).stdout.split()[1] == release.recipe.name
    wrong = sorted(release.wheels.glob("*.whl"))[0].name
    assert post(index, token, wrong, wheel("fastsum", "1.2.0")).status_code == 200
    refused = run(*words, code=19)
    assert f"the recipe makes '{wrong}'" in refused.stderr
    stranger = index.token("other", label="stranger")
    assert "status 403" in run(*words[:-1], stranger, code=19).stderr
    assert "status 401" in run(*words[:-1], "zwi-none", code=19).stderr


def test_the_same_name_never_gets_other_content(index: Served) -> None:
    token = index.token()
    first, second = wheel(), wheel(more="Summary: other\n")
    assert post(index, token, WHEEL, first).status_code == 200
    assert post(index, token, WHEEL, first).status_code == 200
    answer = post(index, token, WHEEL, second)
    assert answer.status_code == 400
    assert "already exists" in answer.text
    run("index", "delete", index.folder, WHEEL)
    assert index.names("spam") == []
    assert post(index, token, WHEEL, second).status_code == 400
    assert post(index, token, WHEEL, first).status_code == 200
    assert index.names("spam") == [WHEEL]


def test_tokens(index: Served) -> None:
    narrow = index.token("Spam", label="narrow")
    assert post(index, narrow, WHEEL, wheel()).status_code == 200
    other = post(index, narrow, "eggs-1.0-py3-none-any.whl", wheel("eggs"))
    assert (other.status_code, "not for the project 'eggs'" in other.text) == (403, True)
    assert requests.get(f"{index.url}/simple/eggs/", timeout=30).status_code == 404
    for wrong in ("", "zwi-" + "A" * 43, narrow[:-1], "password"):
        answer = post(index, wrong, WHEEL, wheel())
        assert answer.status_code == 401
        assert answer.headers["WWW-Authenticate"].startswith("Basic")
    assert "narrow  spam  for ever" in run("index", "token", index.folder, "list").stdout
    short = run(
        "index", "token", index.folder, "add", "--label", "short", "--days", "0.00001"
    ).stdout.strip()
    time.sleep(1)
    assert post(index, short, WHEEL, wheel()).status_code == 403
    run("index", "token", index.folder, "revoke", "--label", "narrow")
    assert post(index, narrow, WHEEL, wheel()).status_code == 401
    assert narrow not in index.log.read_text()


@pytest.mark.parametrize(
    ("filename", "data", "fields", "said"),
    [
        ("spam-1.0.zip", b"", {}, "only wheels (.whl) and sdists (.tar.gz)"),
        ("../spam-1.0.tar.gz", sdist(), {}, "only wheels (.whl) and sdists (.tar.gz)"),
        ("spam.whl", wheel(), {}, "its name is not well formed"),
        (WHEEL, b"PK", {}, "cannot be read"),
        (WHEEL, wheel("eggs"), {}, "its metadata name 'eggs'"),
        (WHEEL, wheel(version="1.1"), {}, "its metadata say version '1.1'"),
        (WHEEL, wheel(**{"../evil.py": ""}), {}, "leads out of the archive"),
        (WHEEL, wheel(**{"/etc/evil": ""}), {}, "leads out of the archive"),
        (WHEEL, wheel(**{"C:/evil": ""}), {}, "leads out of the archive"),
        (WHEEL, wheel(**{"b.dist-info/METADATA": ""}), {}, "has 2 files *.dist-info/METADATA"),
        (WHEEL, wheel(more="Requires-Python: three\n"), {}, "no set of specifiers"),
        (
            WHEEL,
            wheel(**{"spam-1.0.dist-info/WHEEL": NOTHING}),
            {},
            "has no spam-1.0.dist-info/WHEEL",
        ),
        (WHEEL, wheel(), {"sha256_digest": "0" * 64}, "'sha256_digest' is '000"),
        (WHEEL, wheel(), {"md5_digest": "0" * 32}, "'md5_digest' is '000"),
        (WHEEL, wheel(), {"blake2_256_digest": "0" * 64}, "'blake2_256_digest' is '000"),
        (WHEEL, wheel(), {"name": "eggs"}, "'name' is 'eggs'"),
        (WHEEL, wheel(), {"version": "2"}, "'version' is '2'"),
        (WHEEL, wheel(), {":action": "submit"}, "not 'file_upload'"),
        ("spam-1.0.tar.gz", b"\x1f\x8b", {}, "cannot be read"),
        ("spam-1.0.tar.gz", sdist(member="../evil"), {}, "leads out of the archive"),
        ("spam-1.0.tar.gz", sdist(info="Name: eggs\n"), {}, "its metadata name 'eggs'"),
        ("spam-1.0.tar.gz", sdist("spam", "2.0"), {}, "its metadata say version '2.0'"),
    ],
)
def test_what_is_refused(
    served: tuple[Served, str], filename: str, data: bytes, fields: dict[str, str], said: str
) -> None:
    index, token = served
    answer = post(index, token, filename, data, **fields)
    assert answer.status_code == 400, answer.text
    assert said in answer.text
    assert not list((index.folder / "work").iterdir())


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> object:
    """One index for all that is refused, with a token."""
    folder = tmp_path_factory.mktemp("refusing") / "index"
    run("index", "init", folder)
    found = Served(folder=folder, words=("index", "serve", str(folder)))
    found.start()
    yield found, found.token()
    found.stop()
    assert "Traceback" not in found.log.read_text()


def test_sizes(make_index: object) -> None:
    index: Served = make_index(settings="largest = 5000\n")  # type: ignore[operator]
    token = index.token()
    assert post(index, token, WHEEL, wheel()).status_code == 200
    large = wheel("eggs", **{"eggs.py": "x" * 6000})
    answer = post(index, token, "eggs-1.0-py3-none-any.whl", large)
    assert (answer.status_code, "5000 bytes at the most" in answer.text) == (413, True)
    answer = requests.post(
        f"{index.url}/legacy/", data=iter([b"x"]), auth=("__token__", token), timeout=30
    )
    assert answer.status_code == 413
    answer = requests.post(
        f"{index.url}/recipes/", data=b"[" * 100_000, auth=("__token__", token), timeout=30
    )
    assert answer.status_code == 400


def test_the_life_of_a_file(index: Served) -> None:
    token = index.token()
    post(index, token, WHEEL, wheel())
    run("index", "yank", index.folder, WHEEL, "--reason", "wrong")
    assert [file["yanked"] for file in index.page("spam")["files"]] == ["wrong"]
    run("index", "unyank", index.folder, WHEEL)
    assert [file["yanked"] for file in index.page("spam")["files"]] == [False]
    run("index", "status", index.folder, "Spam", "quarantined", "--reason", "malware?")
    page = index.page("spam")
    assert (page["files"], page["project-status"]) == (
        [],
        {"status": "quarantined", "reason": "malware?"},
    )
    sha256 = hashlib.sha256(wheel()).hexdigest()
    url = f"{index.url}/files/{sha256}/{WHEEL}"
    assert requests.get(url, timeout=30).status_code == 404
    run("index", "status", index.folder, "spam", "active")
    assert requests.get(url, timeout=30).content == wheel()
    assert "there is no file 'x.whl'" in run("index", "yank", index.folder, "x.whl", code=19).stderr


def test_headers(index: Served) -> None:
    post(index, index.token(), WHEEL, wheel())
    page = requests.get(f"{index.url}/simple/spam/", headers={"Accept": JSON}, timeout=30)
    assert page.headers["Cache-Control"] == "max-age=600, public"
    assert page.headers["Content-Type"] == JSON
    tag = {"If-None-Match": page.headers["ETag"], "Accept": JSON}
    assert requests.get(f"{index.url}/simple/spam/", headers=tag, timeout=30).status_code == 304
    run("index", "yank", index.folder, WHEEL)
    changed = requests.get(f"{index.url}/simple/spam/", headers=tag, timeout=30)
    assert (changed.status_code, changed.json()["files"][0]["yanked"]) == (200, True)
    named = requests.get(f"{index.url}/simple/SPAM", allow_redirects=False, timeout=30)
    assert (named.status_code, named.headers["Location"]) == (301, "/simple/spam/")
    none = requests.get(f"{index.url}/simple/spam/", headers={"Accept": "image/png"}, timeout=30)
    assert none.status_code == 406
    url = f"{index.url}/files/{hashlib.sha256(wheel()).hexdigest()}/{WHEEL}"
    head = requests.head(url, timeout=30)
    assert head.headers["Content-Length"] == str(len(wheel()))
    assert head.headers["Cache-Control"] == "max-age=365000000, immutable, public"
    some = requests.get(url, headers={"Range": "bytes=10-19"}, timeout=30)
    assert (some.status_code, some.content) == (206, wheel()[10:20])
    assert some.headers["Content-Range"] == f"bytes 10-19/{len(wheel())}"
    assert requests.get(f"{url}x", timeout=30).status_code == 404


def test_a_service_that_forgets_nothing(index: Served, tmp_path: Path) -> None:
    """Restarted, it has what it had; started twice in one folder, both say the same."""
    token = index.token()
    post(index, token, WHEEL, wheel())
    assert index.stop() == -signal.SIGTERM
    index.start()
    assert index.names("spam") == [WHEEL]
    second = Served(folder=index.folder, words=index.words)
    second.start()
    post(second, token, "spam-2.0-py3-none-any.whl", wheel(version="2.0"))
    assert index.names("spam") == [WHEEL, "spam-2.0-py3-none-any.whl"]
    second.stop()

"""Core metadata from `[project]`, as installers and indexes read it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import packaging.metadata
import pytest

from zigwheel.config.metadata import Metadata, load_metadata
from zigwheel.config.model import VersionSettings
from zigwheel.config.toml import parse

PACKAGES = Path(__file__).parent.parent / "packages"
STATIC = VersionSettings()


def loaded(root: Path, text: str | Mapping[str, Any], **options: Any) -> Metadata:
    table = parse(text) if isinstance(text, str) else text
    version = VersionSettings(**table.get("tool", {}).get("zigwheel", {}).get("version", {}))
    options.setdefault("environ", {})
    return load_metadata(root, table, version, **options)


def package(name: str, **options: Any) -> Metadata:
    root = PACKAGES / name
    return loaded(root, (root / "pyproject.toml").read_text(encoding="utf-8"), **options)


def read(metadata: Metadata | bytes) -> packaging.metadata.Metadata:
    """What an installer sees; raises if anything in it is invalid."""
    data = metadata if isinstance(metadata, bytes) else metadata.metadata
    return packaging.metadata.Metadata.from_email(data, validate=True)


def project(text: str = "", version: str = 'version = "1.0"') -> str:
    return f'[project]\nname = "zoo"\n{version}\n{text}\n'


# --- the whole table


def test_every_field() -> None:
    metadata = package("metadata-full")
    assert metadata.name == "Zoo.Full-Example"
    assert metadata.version == "1.2.0rc1"
    assert metadata.dist_name == "zoo_full_example"
    assert metadata.dist_info == "zoo_full_example-1.2.0rc1.dist-info"
    assert metadata.data_dir == "zoo_full_example-1.2.0rc1.data"
    assert metadata.license_files == ("LICENSE", "vendor/zlib/LICENSE")
    assert metadata.requires_python == "<4,>=3.10"
    assert metadata.dynamic == ()
    assert metadata.written_files == ()
    seen = read(metadata)
    assert seen.metadata_version == "2.5"
    assert seen.name == "Zoo.Full-Example"
    assert str(seen.version) == "1.2.0rc1"
    assert seen.summary == "Every field of [project], once"
    assert seen.author == "名無し"
    assert seen.author_email == 'Zoë Ågren <zoe@example.org>, "O\'Neil, Ben" <ben@example.org>'
    assert seen.maintainer_email == "team@example.org"
    assert seen.keywords == ["zoo", "zig", "größe"]
    assert seen.license_expression == "MIT AND (Apache-2.0 OR BSD-2-Clause)"
    assert seen.license_files == ["LICENSE", "vendor/zlib/LICENSE"]
    assert seen.import_names == ["zoo_full", "_zoo_full; private"]
    assert seen.provides_extra == ["test", "fast-io"]
    assert [str(requirement) for requirement in seen.requires_dist or ()] == [
        'numpy>=1.26; python_version < "3.13"',
        "packaging",
        'pytest>=8; extra == "test"',
        'hypothesis; (os_name == "posix" or os_name == "nt") and extra == "test"',
        'aiofiles[extra] @ https://example.org/aiofiles.whl ; extra == "fast-io"',
    ]
    assert seen.project_urls == {
        "Homepage": "https://example.org/zoo",
        "Bug Tracker": "https://example.org/zoo/issues?a=b,c",
    }
    readme = (PACKAGES / "metadata-full/README.md").read_text(encoding="utf-8")
    assert seen.description == readme
    assert seen.description_content_type == "text/markdown"
    assert seen.dynamic is None


def test_entry_points_are_sorted() -> None:
    assert package("metadata-full").entry_points.decode() == (
        "[console_scripts]\n"
        "a-zoo = zoo_full.main:app.run\n"
        "zoo-full = zoo_full.main:run\n"
        "\n"
        "[gui_scripts]\n"
        "zoo-window = zoo_full.window:run\n"
        "\n"
        "[zoo.animals]\n"
        "bear = zoo_full.bear:Bear\n"
        "lion = zoo_full.lion\n"
    )


def test_the_least_table(tmp_path: Path) -> None:
    metadata = loaded(tmp_path, project())
    assert metadata.metadata == b"Metadata-Version: 2.2\nName: zoo\nVersion: 1.0\n\n"
    assert metadata.entry_points == b""
    assert metadata.license_files == ()
    assert metadata.requires_python == ""


@pytest.mark.parametrize(
    ("name", "version", "dist_info"),
    [
        ("zoo", "1", "zoo-1.dist-info"),
        ("Zoo.Bar-_baz", "v1.0", "zoo_bar_baz-1.0.dist-info"),
        ("a9", "1!2.0.post3.dev4+ubuntu-1", "a9-1!2.0.post3.dev4+ubuntu.1.dist-info"),
        ("X__y", "2024.01.02", "x_y-2024.1.2.dist-info"),
    ],
)
def test_names_in_file_names(tmp_path: Path, name: str, version: str, dist_info: str) -> None:
    metadata = loaded(tmp_path, f'[project]\nname = "{name}"\nversion = "{version}"\n')
    assert metadata.dist_info == dist_info
    assert metadata.name == name


PRINT_BYTES = """
import sys
from pathlib import Path
from zigwheel.config.metadata import load_metadata
from zigwheel.config.model import VersionSettings
from zigwheel.config.toml import parse
root = Path(sys.argv[1])
table = parse((root / "pyproject.toml").read_bytes().decode())
made = load_metadata(root, table, VersionSettings(), environ={})
sys.stdout.buffer.write(made.metadata + made.entry_points)
"""


def test_the_same_bytes_anywhere(tmp_path: Path) -> None:
    """Another folder, working directory, hash seed, locale and time zone."""
    here = package("metadata-full")
    root = tmp_path / "a folder, ä"
    shutil.copytree(PACKAGES / "metadata-full", root)
    for name in ("vendor/zlib/LICENSE", "LICENSE"):  # another order in the folder's listing
        data = (root / name).read_bytes()
        (root / name).unlink()
        (root / name).write_bytes(data)
    for environ in (
        {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0", "PYTHONHASHSEED": "1"},
        {"LC_ALL": "C.UTF-8", "TZ": "Asia/Tokyo", "PYTHONHASHSEED": "2"},
    ):
        done = subprocess.run(
            [sys.executable, "-c", PRINT_BYTES, str(root)],
            env={**os.environ, **environ, "PYTHONPATH": os.pathsep.join(sys.path)},
            cwd=tmp_path,
            capture_output=True,
            check=True,
        )
        assert done.stdout == here.metadata + here.entry_points


def test_importing_is_cheap() -> None:
    """What costs milliseconds is imported only when metadata is made."""
    program = (
        "import sys; before = set(sys.modules); import zigwheel.config.metadata\n"
        "print(*sorted(set(sys.modules) - before))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        check=True,
    )
    tops = {name.partition(".")[0] for name in done.stdout.split()}
    heavy = {"email", "packaging", "pyproject_metadata", "subprocess", "json", "tomllib"}
    assert not tops & heavy


# --- readme


@pytest.mark.parametrize(
    ("data", "description"),
    [
        (b"# Zoo\r\n\r\ntext\r\n", "# Zoo\n\ntext\n"),
        (b"\xef\xbb\xbf# Zoo\n", "# Zoo\n"),
        (b"no end of line", "no end of line"),
        (b"\n\n  indented\n\n", "\n\n  indented\n\n"),
        ("Ümlaut 動物 \U0001f993\n".encode(), "Ümlaut 動物 \U0001f993\n"),
        (b"Name: not a header\n\nVersion: 2\n", "Name: not a header\n\nVersion: 2\n"),
        (b"From here\n>From\n", "From here\n>From\n"),
        (b"x" * 5000 + b"\n", "x" * 5000 + "\n"),
        ("a\x0bb\x0cc\x1dd\x85e\u2028f\n".encode(), "a\x0bb\x0cc\x1dd\x85e\u2028f\n"),
    ],
)
def test_readme(tmp_path: Path, data: bytes, description: str) -> None:
    (tmp_path / "README.md").write_bytes(data)
    metadata = loaded(tmp_path, project('readme = "README.md"'))
    assert b"\r" not in metadata.metadata
    assert read(metadata).description == description


@pytest.mark.parametrize(
    ("readme", "kind", "description"),
    [
        ('"README.rst"', "text/x-rst", "rst\n"),
        ('{ file = "docs/a.txt", content-type = "text/plain" }', "text/plain", "txt\n"),
        (r'{ text = "a\r\nb", content-type = "text/markdown" }', "text/markdown", "a\nb"),
        (
            '{ text = "a", content-type = "text/markdown; charset=UTF-8; variant=GFM" }',
            "text/markdown; charset=UTF-8; variant=GFM",
            "a",
        ),
    ],
)
def test_readme_forms(tmp_path: Path, readme: str, kind: str, description: str) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs/a.txt").write_bytes(b"txt\n")
    (tmp_path / "README.rst").write_bytes(b"rst\n")
    seen = read(loaded(tmp_path, project(f"readme = {readme}")))
    assert (seen.description_content_type, seen.description) == (kind, description)


# --- licences


@pytest.fixture
def licensed(tmp_path: Path) -> Path:
    for name in ("LICENSE", "LICENCE.txt", "COPYING.LIB", "NOTICE.md", "AUTHORS", "license.txt",
                 "UNLICENSE", "docs/LICENSE", "vendor/a/COPYING"):  # fmt: skip
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{name}\n\x0cpage two\n\nend\n", encoding="utf-8")
    (tmp_path / "LICENSES").mkdir()
    return tmp_path


DEFAULT = ("AUTHORS", "COPYING.LIB", "LICENCE.txt", "LICENSE", "NOTICE.md")


@pytest.mark.parametrize(
    ("text", "files", "expression"),
    [
        ("", DEFAULT, None),
        ('license = "MIT"', DEFAULT, "MIT"),
        ('license = "mit"', DEFAULT, "MIT"),
        ('license = "LicenseRef-Own OR gpl-2.0-only WITH Classpath-exception-2.0"', DEFAULT,
         "LicenseRef-Own OR GPL-2.0-only WITH Classpath-exception-2.0"),
        ("license-files = []", (), None),
        ('license-files = ["LICEN[CS]E*"]', ("LICENCE.txt", "LICENSE"), None),
        ('license-files = ["**/COPYING", "docs/*", "docs/LICENSE"]',
         ("docs/LICENSE", "vendor/a/COPYING"), None),
    ],
)  # fmt: skip
def test_license_files(
    licensed: Path, text: str, files: tuple[str, ...], expression: str | None
) -> None:
    metadata = loaded(licensed, project(text))
    assert metadata.license_files == files
    seen = read(metadata)
    assert (seen.license_files or []) == list(files)
    assert seen.license_expression == expression
    assert seen.metadata_version == "2.4"


@pytest.mark.parametrize(
    ("table", "files", "text"),
    [
        ('{ file = "docs/LICENSE" }', (*DEFAULT, "docs/LICENSE"), "docs/LICENSE\n"),
        ('{ file = "./LICENSE" }', DEFAULT, "LICENSE\n"),
        ('{ file = "docs/../LICENSE" }', DEFAULT, "LICENSE\n"),
        ('{ text = "BSD\\nthree clauses" }', DEFAULT, "BSD\n"),
    ],
)
def test_license_tables(licensed: Path, table: str, files: tuple[str, ...], text: str) -> None:
    metadata = loaded(licensed, project(f"license = {table}"))
    assert metadata.license_files == files
    assert str(licensed) not in metadata.metadata.decode()
    seen = read(metadata)
    assert seen.license_files == list(files)
    assert (seen.license or "").startswith(text)
    assert seen.description is None

"""Bills of materials, read by the CycloneDX project's own library."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from cyclonedx.model.bom import Bom
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from hypothesis import given
from hypothesis import strategies as st

from zigwheel.plan.components import Component
from zigwheel.wheel.sbom import Contained, bill, contained, package_url

ZLIB = Component(
    ref="library:z",
    name="z",
    version="1.3.1",
    license="Zlib",
    purl="pkg:github/madler/zlib@v1.3.1",
    cpe="cpe:2.3:a:zlib:zlib:1.3.1:*:*:*:*:*:*:*",
)
OWN = Component(ref="library:own", name="own")
FILES = [
    Contained(path="pkg/_a.so", sha256="0" * 64, components=(OWN, ZLIB)),
    Contained(path="pkg/_b.so", sha256="1" * 64, components=(ZLIB,)),
]


def read(text: bytes) -> Any:
    """The document, after a strict check against the schema and through CycloneDX's own classes."""
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text.decode()) is None
    document = json.loads(text)
    bom = Bom.from_json(document)
    bom.validate()
    return document


def test_a_bill() -> None:
    document = read(bill(name="My_Pkg", version="1.0", files=FILES, zig="0.16.0"))
    assert document["metadata"]["component"]["purl"] == "pkg:pypi/my-pkg@1.0"
    assert document["dependencies"] == [
        {"ref": "pkg:pypi/my-pkg@1.0", "dependsOn": ["file:pkg/_a.so", "file:pkg/_b.so"]},
        {"ref": "file:pkg/_a.so", "dependsOn": ["library:own", "library:z"]},
        {"ref": "file:pkg/_b.so", "dependsOn": ["library:z"]},
        {"ref": "library:own"},
        {"ref": "library:z"},
    ]
    assert document["components"][2:] == [
        {"type": "library", "bom-ref": "library:own", "name": "own"},
        {
            "type": "library",
            "bom-ref": "library:z",
            "name": "z",
            "version": "1.3.1",
            "purl": "pkg:github/madler/zlib@v1.3.1",
            "cpe": "cpe:2.3:a:zlib:zlib:1.3.1:*:*:*:*:*:*:*",
            "licenses": [{"expression": "Zlib"}],
        },
    ]


def test_nothing_of_this_moment() -> None:
    document = read(bill(name="p", version="1", files=FILES, zig="0.16.0"))
    assert "serialNumber" not in document
    assert "timestamp" not in document["metadata"]


def test_the_digest_is_of_the_file(tmp_path: Path) -> None:
    file = tmp_path / "a.so"
    file.write_bytes(b"abc")
    digest = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert contained("pkg/a.so", file, (ZLIB,)).sha256 == digest


@pytest.mark.parametrize(
    ("name", "version", "url"),
    [
        ("fastsum", "1.2.0", "pkg:pypi/fastsum@1.2.0"),
        ("Fast.Sum_x", "1.0", "pkg:pypi/fast-sum-x@1.0"),
        ("p", "1!2.0+local.1", "pkg:pypi/p@1%212.0%2Blocal.1"),
    ],
)
def test_package_url(name: str, version: str, url: str) -> None:
    assert package_url(name, version) == url


names = st.text(alphabet="abcdefgh_-.0123", min_size=1, max_size=8).map(lambda s: f"a{s}z")
components = st.builds(
    lambda name, version, spdx: Component(
        ref=f"library:{name}", name=name, version=version, license=spdx
    ),
    names,
    st.sampled_from(["", "1.0", "2024-01"]),
    st.sampled_from(["", "MIT", "Zlib OR Apache-2.0 WITH LLVM-exception", "LicenseRef-own"]),
)
files = st.lists(
    st.builds(
        lambda name, parts: Contained(path=name, sha256="a" * 64, components=tuple(parts)),
        names,
        st.lists(components, min_size=1, max_size=4, unique_by=lambda c: c.name),
    ),
    min_size=1,
    max_size=4,
    unique_by=lambda file: file.path,
)


@given(files)
def test_every_bill_is_valid_and_whole(files: list[Contained]) -> None:
    document = read(bill(name="p", version="1", files=files, zig="0.16.0"))
    known = {entry["bom-ref"] for entry in document["components"]}
    graph = {entry["ref"]: set(entry.get("dependsOn", ())) for entry in document["dependencies"]}
    assert set(graph) == known | {"pkg:pypi/p@1"}
    assert set().union(*graph.values()) == known

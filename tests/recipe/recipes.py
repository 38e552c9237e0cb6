"""Recipes to try: one that is complete, and any that hypothesis thinks of."""

from __future__ import annotations

from hypothesis import strategies as st

from zigwheel.recipe.model import (
    File,
    Headers,
    Inputs,
    Output,
    Recipe,
    Record,
    Requirement,
    Tested,
    Toolchain,
    Wheel,
)

A, B, C = "a" * 64, "b" * 64, "c" * 64


def recipe() -> Recipe:
    """A recipe in which every field says something."""
    name = "spam-1.0-cp313-cp313-manylinux_2_17_x86_64.whl"
    return Recipe(
        name="spam",
        version="1.0",
        sdist=File(name="spam-1.0.tar.gz", size=1000, sha256=A),
        toolchain=Toolchain(zigwheel="0.1.0", code=B, zig="0.16.0", compilers={"linux-x86_64": C}),
        python="3.13",
        requirements=(Requirement(name="packaging", version="26.4", hashes=(A, B)),),
        wheels=(
            Wheel(
                identifier="cp313-manylinux_x86_64",
                inputs=Inputs(
                    target="manylinux_x86_64",
                    python="cp313",
                    settings={"optimize": "size", "extension.define-macros": ("A=1", "B")},
                    environ={"CFLAGS": "-DX=1"},
                    withheld={"TOKEN": C},
                    headers=(Headers(version="3.13.5", sha256=A),),
                ),
                output=Output(
                    file=File(name=name, size=2000, sha256=B),
                    tags=("cp313-cp313-manylinux_2_17_x86_64",),
                    metadata=C,
                    members={"spam/__init__.py": A, "spam-1.0.dist-info/METADATA": C},
                    start="504b0304",
                ),
                record=Record(
                    seconds=1.5,
                    cpu_seconds=0.5,
                    memory=10_000,
                    audit=("something",),
                    tests=(Tested(identifier="cp313-manylinux_x86_64", state="passed"),),
                ),
            ),
        ),
        builder="https://example.org/builder",
    )


SHA256 = st.text("0123456789abcdef", min_size=64, max_size=64)
WORD = st.from_regex(r"[A-Za-z][A-Za-z0-9_.]{0,20}[A-Za-z0-9]", fullmatch=True)
TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=40)
NUMBER = st.integers(0, 2**34)
SECONDS = st.integers(0, 10**9).map(lambda n: n / 1000)
VARIABLE = st.from_regex(r"[A-Za-z_][A-Za-z0-9_]{0,20}", fullmatch=True)
PATH = st.lists(WORD, min_size=1, max_size=3).map("/".join)


def files(name: st.SearchStrategy[str]) -> st.SearchStrategy[File]:
    return st.builds(File, name=name, size=NUMBER, sha256=SHA256)


OUTPUTS = st.builds(
    Output,
    file=files(WORD.map(lambda word: f"{word}-1.0-cp313-cp313-win_amd64.whl")),
    tags=st.just(("cp313-cp313-win_amd64",)),
    metadata=SHA256,
    members=st.dictionaries(PATH, SHA256, max_size=3),
    start=st.binary(max_size=64).map(bytes.hex),
)
INPUTS = st.builds(
    Inputs,
    target=WORD,
    python=WORD,
    settings=st.dictionaries(WORD, TEXT | st.lists(TEXT, max_size=3).map(tuple), max_size=3),
    environ=st.dictionaries(VARIABLE, TEXT, max_size=3),
    withheld=st.dictionaries(VARIABLE, SHA256, max_size=2),
    headers=st.lists(st.builds(Headers, version=WORD, sha256=SHA256), max_size=2).map(tuple),
)
RECORDS = st.builds(
    Record,
    seconds=SECONDS,
    cpu_seconds=SECONDS,
    memory=NUMBER,
    audit=st.lists(TEXT, max_size=2).map(tuple),
    tests=st.lists(
        st.builds(
            Tested,
            identifier=WORD,
            state=st.sampled_from(["passed", "failed", "not tested"]),
            reason=TEXT,
        ),
        max_size=2,
    ).map(tuple),
)
WHEELS = st.lists(
    st.builds(Wheel, identifier=WORD, inputs=INPUTS, output=OUTPUTS, record=RECORDS),
    max_size=3,
    unique_by=lambda wheel: wheel.name,
).map(lambda wheels: tuple(sorted(wheels, key=lambda wheel: wheel.name)))
RECIPES = st.builds(
    Recipe,
    name=WORD,
    version=WORD,
    sdist=files(WORD.map(lambda word: f"{word}-1.0.tar.gz")),
    toolchain=st.builds(
        Toolchain,
        zigwheel=WORD,
        code=SHA256,
        zig=WORD,
        compilers=st.dictionaries(WORD, SHA256, max_size=2),
    ),
    python=WORD,
    requirements=st.lists(
        st.builds(
            Requirement,
            name=WORD,
            version=WORD,
            hashes=st.lists(SHA256, min_size=1, max_size=3).map(tuple),
        ),
        max_size=3,
    ).map(tuple),
    wheels=WHEELS,
    builder=TEXT.map(lambda text: f"urn:{text}"),
)
"""Any recipe that can be written down."""

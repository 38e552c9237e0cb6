"""The bytes of `deflate` are those of classic zlib: the one behind this interpreter is the judge."""

from __future__ import annotations

import gzip
import io
import random
import struct
import sys
import sysconfig
import zipfile
import zlib
from itertools import islice
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from zlib_ng import zlib_ng

from tests.wheel.deflate_data import KINDS, counted, deep, literals, noise, skewed
from zigwheel.wheel.deflate import (
    Compression,
    Compressor,
    Deflater,
    deflate,
    deflate_pure,
    gzip_bytes,
    is_classic,
)

SIZES = (
    *range(8),
    *range(256, 265),
    *(511, 4095, 4096, 4097, 4099),
    *range(16380, 16390),
    *(32505, 32506, 32507, 32508, 32766, 32767, 32768, 32769, 33030),
    *(65273, 65274, 65275, 65276, 65279, 65534, 65535, 65536, 65537, 65798),
)

SEGMENT = 1 << 18
"""The encoder takes up data in pieces of this size."""

STDLIB = Path(sysconfig.get_path("stdlib"))


def classic(data: bytes) -> bytes:
    """What the zlib of this interpreter makes of `data`."""
    stream = zlib.compressobj(6, zlib.DEFLATED, -15, 8, zlib.Z_DEFAULT_STRATEGY)
    return stream.compress(data) + stream.flush()


def check(data: bytes) -> None:
    """Hold the encoder against zlib, without a comparison of long bytes in the message."""
    ours, theirs = deflate_pure(data), classic(data)
    same = ours == theirs
    assert same, f"{len(data)} bytes become {len(ours)}, with zlib {len(theirs)} other ones"


def test_this_zlib_is_classic() -> None:
    """Where this fails, all other comparisons in this file mean nothing."""
    assert is_classic(zlib), f"zlib {zlib.ZLIB_RUNTIME_VERSION} is a fork: take another interpreter"


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("size", [size for size in SIZES if size < 600])
def test_small(kind: str, size: int) -> None:
    check(KINDS[kind](size))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("size", [16384, 65276])
def test_around_block_and_window(kind: str, size: int) -> None:
    check(KINDS[kind](size))


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("size", [*(size for size in SIZES if size > 600), SEGMENT + 33000])
def test_all_sizes(kind: str, size: int) -> None:
    check(KINDS[kind](size))


# The edges of the algorithm


@pytest.mark.parametrize("literals", [16381, 16382, 16383, 16384, 32765, 32766])
@pytest.mark.parametrize("matched", [0, 9])
def test_end_at_the_end_of_a_block(literals: int, matched: int) -> None:
    """A full block that ends with a match is followed by an empty one, with a literal it is not."""
    data = counted(literals)
    check(data + data[5000 : 5000 + matched])


@pytest.mark.parametrize("window", [0, 1, pytest.param(2, marks=pytest.mark.slow)])
@pytest.mark.parametrize("rest", [3, 258, 261, 262, 263])
def test_match_that_begins_where_the_window_does(window: int, rest: int) -> None:
    """At the very farthest distance, what zlib has read ahead decides whether there is a match."""
    start = 32768 * window
    data = bytearray(byte & 15 for byte in noise(start + 32506 + rest))
    # The fifth bit of each byte keeps the hash of the mark apart from all others.
    mark = b"\x1f\x1e\x1d\x1c\x1b"[:rest]
    for place in (start, start + 32506):
        data[place : place + len(mark)] = mark
    check(bytes(data))


@pytest.mark.parametrize("distance", [4095, 4096, 4097, 32505, 32506, 32507, 32508])
@pytest.mark.parametrize("nearer", [0, 3, 5])
def test_distances(distance: int, nearer: int) -> None:
    """Matches at one distance, alone in their chains, or behind shorter ones."""
    data = bytearray(counted(distance) if nearer else noise(distance))
    fresh = random.Random(distance).randbytes
    for length in (3, 4, 5, 6, 7, 9):
        start = len(data) - distance + nearer + 1
        data += data[start : start + nearer] + fresh(1)
        data += data[start : start + length] + fresh(2)
    check(bytes(data))


@pytest.mark.parametrize("length", [3, 4, 5, 6, 7, 8, 9, 15, 16, 17, 127, 128, 257, 258])
@pytest.mark.parametrize("others", [0, 29, 30, 31, 32, 126, 127, 128])
def test_better_match_behind_others(length: int, others: int) -> None:
    """The length in hand decides how many others are looked at before the better match."""
    fresh = io.BytesIO(noise(2000, length)).read
    piece = fresh(length + 20)
    decoys = b"".join(piece[1:4] + fresh(1) for _ in range(others))
    data = piece[1:] + fresh(1) + decoys + piece[:length] + fresh(1) + piece
    check(data)
    check(data + fresh(1) + piece[:length] + fresh(1) + piece[:-1])


@pytest.mark.parametrize("ends", [1, 2, 5, 200])
def test_collisions(ends: int) -> None:
    """Many beginnings with one hash make chains in which most positions match nothing."""
    choice = random.Random(ends)
    starts = [bytes([32 * n + 7, 99, 3]) for n in range(8)]
    words = [choice.choice(starts) + choice.randbytes(choice.randrange(4)) for _ in range(ends * 8)]
    check(b"".join(choice.choices(words, k=6000)))


def test_collisions_of_the_longer_hashes() -> None:
    """Two words share the hash of 6 bytes by which `matches` leaves out what could not be better.

    So the second "common" has to be found behind 150 others, though only two steps down in zlib's
    chain, whose other positions are many.
    """
    fresh = random.Random(3).randbytes
    data = b"".join(b"com" + fresh(2) for _ in range(400)) + b"commonly used"
    check(data + b"".join(b"ymtlpk" + fresh(1) for _ in range(150)) + b"commonly used")


@pytest.mark.parametrize("count", [13, 14, 16])
def test_codes_that_would_be_too_long(count: int) -> None:
    """A block of matches and single literals whose codes need a tree of more than 15 levels."""
    data = literals(2 * 16383)
    for literal, frequency in enumerate(deep(count)):
        for _ in range(frequency):
            data += data[-32500:-32496]
            data.append(literal)
    check(bytes(data))


@pytest.mark.parametrize("count", [15, 17])
def test_distance_codes_that_would_be_too_long(count: int) -> None:
    """The same for distances."""
    far = (28000, 20000, 14000, 10000, 7000, 5000, 3500, 2500, 1800, 1300, 900, 650, 450, 300)
    own = (*far, 220, 160, 110)[:count]
    fresh = random.Random(count).randbytes
    data = literals(2 * 16383)
    for distance, frequency in zip(own, reversed(deep(count)), strict=True):
        for _ in range(frequency):
            start = len(data) - distance
            data += data[start : start + 4] + fresh(1)
    check(bytes(data))


@pytest.mark.parametrize("seed", range(12))
def test_lengths_of_codes_that_would_be_too_long(seed: int) -> None:
    """Skewed literals of many kinds: the code for the code lengths is cut at 7 bits."""
    choice = random.Random(seed)
    weights = deep(16)
    symbols = choice.sample(range(256), 16)
    check(bytes(choice.choices(symbols, weights, k=choice.choice((300, 3000, 9000)))))


def test_ties() -> None:
    """Fixed codes win against dynamic ones of the same size, stored bytes against both."""
    check(b"tn ioos ie otaneeasnsiiiii sonaaiiist")
    check(
        bytes.fromhex(
            "e079d1b987376f07bcb81287fdc8c0388fe881c3a0661970ef3f6df0148ded7e8a34888d396cab3b80d27f58df"
            "111a3b3df245ada908023878cdc2"
        )
    )


@pytest.mark.parametrize("start", [SEGMENT - 300, SEGMENT])
def test_matches_across_pieces(start: int) -> None:
    """The encoder takes up data piece by piece; a match may lie across, or reach back across."""
    data = bytearray(bytes(SEGMENT + 1000))
    data[start - 40000 : start] = noise(40000)
    data[start : start + 700] = data[start - 32500 : start - 31800]
    check(bytes(data))


# Data of any kind


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=600))
@example(b"")
def test_any_bytes(data: bytes) -> None:
    check(data)


@settings(max_examples=100, deadline=None)
@given(st.text(alphabet="etaoin shrdlu\n", max_size=2000))
def test_any_text(text: str) -> None:
    check(text.encode())


STEPS = st.one_of(
    st.binary(min_size=1, max_size=40),
    st.tuples(st.integers(1, 40000), st.integers(3, 300)),
    st.tuples(st.sampled_from([1, 2, 4096, 4097, 32506, 32507]), st.sampled_from([3, 4, 16, 258])),
    st.integers(1, 9000),
)


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(STEPS, max_size=12))
def test_any_steps(steps: list[bytes | tuple[int, int] | int]) -> None:
    """Literal bytes, copies of what was there, and stretches of counted bytes."""
    data = bytearray()
    for step in steps:
        if isinstance(step, bytes):
            data += step
        elif isinstance(step, int):
            data += counted(step)
        elif data:
            distance = min(step[0], len(data))
            data += (data[-distance:] * (step[1] // distance + 1))[: step[1]]
    check(bytes(data))


# Real files


def files(pattern: str) -> list[Path]:
    """Files of the standard library, smallest first."""
    return sorted(STDLIB.glob(pattern), key=lambda file: (file.stat().st_size, file.name))


def binary() -> bytes:
    """The largest program or extension module of this interpreter."""
    found = [*files("lib-dynload/*"), Path(sys.executable)]
    return max(found, key=lambda file: file.stat().st_size).read_bytes()


def test_sources() -> None:
    some = files("*.py")[::15]
    assert some
    for file in some:
        check(file.read_bytes()[:60_000])


def test_binary() -> None:
    check(binary()[:200_000])


@pytest.mark.slow
def test_more_files() -> None:
    check(binary()[:4_000_000])
    for file in (*files("*.py"), *files("lib-dynload/*")[::4]):
        check(file.read_bytes())


# What goes around the encoder


class Setting:
    """A zlib that makes valid streams of its own, as a fork does."""

    def __init__(self, level: int = 6, memory: int = 8, strategy: int = 0) -> None:
        self.level = level
        self.memory = memory
        self.strategy = strategy
        self.streams = 0

    def compressobj(
        self, level: int, method: int, wbits: int, memLevel: int, strategy: int, /
    ) -> Compression:
        self.streams += 1
        return zlib.compressobj(self.level, method, wbits, self.memory, self.strategy)


@pytest.mark.parametrize(
    "setting",
    [
        Setting(level=5),
        Setting(level=7),
        Setting(level=9),
        Setting(memory=7),
        Setting(memory=9),
        Setting(strategy=zlib.Z_FILTERED),
        Setting(strategy=zlib.Z_FIXED),
        Setting(strategy=zlib.Z_HUFFMAN_ONLY),
        zlib_ng,
    ],
    ids=lambda setting: str(vars(setting)) if isinstance(setting, Setting) else "zlib-ng",
)
def test_others_are_not_classic(setting: Compressor) -> None:
    assert not is_classic(setting)
    data = b"to be or not to be " * 20 + noise(40)
    assert deflate(data, compressor=setting) == classic(data)


def test_the_compressor_is_asked_once() -> None:
    setting = Setting()
    assert is_classic(setting)
    assert is_classic(setting)
    assert setting.streams == 1
    assert deflate(b"spam", compressor=setting) == classic(b"spam")
    assert setting.streams == 2


@pytest.mark.parametrize("kind", KINDS)
def test_other_decoders_read_it(kind: str) -> None:
    data = KINDS[kind](20000)
    assert zlib.decompress(deflate(data), -15) == data
    assert zlib_ng.decompress(deflate_pure(data), -15) == data


def test_deflater_in_a_zip_file() -> None:
    """It takes data in pieces, gives all at the end, and does for `zipfile` what it expects."""
    data = skewed(30000, 1)
    deflater = Deflater()
    pieces = iter(data[start : start + 777] for start in range(0, len(data), 777))
    assert b"".join(deflater.compress(piece) for piece in islice(pieces, 10)) == b""
    assert b"".join(deflater.compress(memoryview(piece)) for piece in pieces) == b""
    stream = deflater.flush()
    assert stream == classic(data)
    assert deflater.flush() == classic(b"")

    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("x", "w") as x:
        cast(Any, x)._compressor = Deflater()
        x.write(data)
    assert stream in file.getvalue()
    with zipfile.ZipFile(file) as archive:
        assert archive.read("x") == data
        assert archive.getinfo("x").compress_size == len(stream)


@pytest.mark.parametrize("data", [b"", b"spam", b"spam" * 10000], ids=len)
def test_gzip(data: bytes) -> None:
    member = gzip_bytes(data)
    assert gzip.decompress(member) == data
    assert member[:10] == bytes([31, 139, 8, 0, 0, 0, 0, 0, 0, 255])
    assert member[10:-8] == classic(data)
    assert struct.unpack("<2L", member[-8:]) == (zlib.crc32(data), len(data))

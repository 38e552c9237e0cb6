"""Generated data for the tests of deflate: kinds that take different roads through it."""

from __future__ import annotations

import random
from collections.abc import Callable


def noise(size: int, seed: int = 1) -> bytes:
    """Bytes that don't compress."""
    return random.Random(seed).randbytes(size)


def counted(size: int) -> bytes:
    """Bytes of which no three in a row occur twice in 128 kB."""
    return b"".join((n & 0xFFFF).to_bytes(2, "big") for n in range(size // 2 + 1))[:size]


def copies(size: int, seed: int, distances: tuple[int, ...], lengths: tuple[int, ...]) -> bytes:
    """Noise with matches of these distances and lengths, and of all kinds of small ones."""
    choice = random.Random(seed)
    data = bytearray(choice.randbytes(8))
    while len(data) < size:
        distance = min(choice.choice((*distances, choice.randint(1, 300))), len(data))
        for _ in range(choice.choice((*lengths, choice.randint(3, 12)))):
            data.append(data[-distance])
        data += choice.randbytes(choice.randrange(3))
    return bytes(data[:size])


def chains(size: int, seed: int) -> bytes:
    """Long chains: few beginnings with many ends, and beginnings with the same hash."""
    choice = random.Random(seed)
    first, second, third = choice.randbytes(3)
    # zlib's hash for memLevel 8 drops the upper three bits of the first byte
    starts = [bytes([(first + 32 * n) & 255, second, third]) for n in range(choice.choice((1, 8)))]
    data = bytearray()
    while len(data) < size:
        data += choice.choice(starts) + choice.randbytes(choice.choice((0, 1, 1, 2, 3)))
        if choice.random() < 0.05:
            start = choice.randrange(len(data))
            data += data[start : start + choice.randint(3, 40)]
    return bytes(data[:size])


def skewed(size: int, seed: int) -> bytes:
    """Each byte about half as frequent as the one before: codes of all lengths."""
    powers = bytes((byte & -byte).bit_length() for byte in range(256))
    return noise(size, seed).translate(powers)


def literals(size: int) -> bytearray:
    """Noise of the bytes from 32 on in which no three occur twice, so that each is a token."""
    choice = random.Random(size)
    data = bytearray(2)
    seen = set()
    while len(data) < size:
        byte = choice.randrange(32, 256)
        three = (*data[-2:], byte)
        if three not in seen:
            seen.add(three)
            data.append(byte)
    return data


def deep(count: int) -> list[int]:
    """Frequencies that put each symbol of a Huffman tree on a level of its own.

    The Fibonacci numbers just do; these grow a little faster and bear small differences.
    """
    numbers = [1, 1]
    while len(numbers) < count:
        numbers.append(sum(numbers[:-1]) * 21 // 20 + 2)
    return numbers


KINDS: dict[str, Callable[[int], bytes]] = {
    "zeros": bytes,
    "pairs": lambda size: (b"ab" * size)[:size],
    "threes": lambda size: (b"abc" * size)[:size],
    "noise": noise,
    "counted": counted,
    "skewed": lambda size: skewed(size, 2),
    "near": lambda size: copies(size, 3, (1, 2, 7), (3, 15, 16, 258)),
    "far": lambda size: copies(size, 4, (4096, 32506, 32767), (3, 4, 127, 128)),
    "chains": lambda size: chains(size, 5),
    "two": lambda size: bytes(byte & 1 for byte in noise(size, 6)),
}

"""The checks of `exercise._c`, with what has to come out of them."""

import errno
import math
import os
import random
import struct
import sys
import tempfile
import threading
import time
from fractions import Fraction

from exercise import _c
from exercise.exact import double, near, root, rounded
from exercise.rig import call, check, compare, nothing_else

BITS = struct.calcsize("P") * 8
THREADS, ROUNDS = 4, 2000


@check
def sizes():
    facts = call(_c, "sizes", char_bits=8)
    compare(facts, {"size off_t": 8, "size intmax_t": 8})
    compare(facts, {f"size {c}": struct.calcsize(c) for c in "?hilqnNPfd"})
    alignments = {f"alignment {c}": struct.calcsize("c" + c) - struct.calcsize(c) for c in "hilqPd"}
    compare(facts, alignments)
    # only glibc on machines of 32 bits has the small one still
    assert facts.pop("size time_t") in ((8,) if BITS == 64 else (4, 8)), facts
    compare(facts, {"size wchar_t": 2 if sys.platform == "win32" else 4})
    compare(facts, {"greatest ptrdiff_t": sys.maxsize, "half of greatest size_t": sys.maxsize})
    compare(facts, {"least long": -(2 ** (8 * struct.calcsize("l") - 1))})
    assert facts.pop("size long double") in (8, 12, 16)
    nothing_else(facts)


@check
def sizes_of_python():
    pointer = struct.calcsize("P")
    own = dict.fromkeys(["Py_ssize_t", "Py_hash_t", "SIZEOF_VOID_P"], pointer)
    assert _c.sizes() == {**own, "greatest": sys.maxsize}, _c.sizes()


@check
def order():
    values = (200, -12345, 3141592653, -1234567890123456789, 2.5, -123456.789)
    facts = call(_c, "order", struct.pack(">BhIqfd", *values), h=values[1], q=values[3])
    compare(facts, {"native": struct.pack("@BhIqfd", *values)})
    compare(facts, {"packed": struct.pack("=BhIqfd", *values)})
    compare(facts, {"f": 2560, "d": int(values[5] * 1024), "byteorder": sys.byteorder})
    swapped = values[3].to_bytes(8, "big", signed=True)
    compare(facts, {"swapped": int.from_bytes(swapped, "little", signed=True)})
    compare(facts, {"first bit field": 5 if sys.byteorder == "little" else 5 << 28})
    nothing_else(facts)


@check
def numbers():
    given = (sys.maxsize, -(2**63), 2**64 - 1, -(2**31), 0.1)
    assert _c.numbers(*given) == given, _c.numbers(*given)
    for wrong in (sys.maxsize + 1, -sys.maxsize - 2):
        try:
            _c.numbers(wrong, 0, 0, 0, 0.0)
        except OverflowError:
            continue
        raise AssertionError(f"{wrong} was taken for a Py_ssize_t")


def signed(number, bits):
    """An unsigned number, as two's complement has it."""
    return number - (1 << bits) if number >> (bits - 1) else number


def cut(quotient):
    """The whole part of a fraction, as C divides."""
    return int(Fraction(quotient))


def operands(bits, count=30):
    """Pairs that are worth trying: the ends, and numbers of all sizes. Always the same."""
    dice = random.Random(bits)
    ends = [1, 3, (1 << bits - 1) - 1, (1 << bits) - 2, 1 << bits // 2, 10**9 + 7]
    pairs = [(a, b) for a in ends for b in ends]
    for _ in range(count):
        pairs.append(tuple(dice.getrandbits(dice.randint(2, bits)) or 1 for _ in range(2)))
    return pairs


def integers(bits, a, b):
    """What all integer checks have to say of a pair."""
    sa, sb = signed(a, bits), signed(b, bits)
    low = (1 << bits) - 1
    fits = -(1 << bits - 1) <= sa * sb < 1 << bits - 1
    return sa, sb, {"overflow": int(not fits), "unsigned overflow": int(a * b > low)}


@check
def int64():
    for a, b in operands(64):
        count = a % 64
        sa, sb, expected = integers(64, a, b)
        data = a.to_bytes(8, "little") + b.to_bytes(8, "little") + bytes([count])
        unsigned = {
            "quotient": a // b,
            "remainder": a % b,
            "left": a << count & (1 << 64) - 1,
            "right": a >> count,
            "from double": cut(rounded(rounded(a >> 1, 53) * Fraction(3, 2), 53)),
        }
        expected.update(
            {
                "signed quotient": cut(Fraction(sa, sb)),
                "signed remainder": sa - sb * cut(Fraction(sa, sb)),
                "product": signed(sa * sb & (1 << 64) - 1, 64),
                "signed right": sa >> count,
                "signed from double": cut(rounded(rounded(sa, 53) * Fraction(3, 4), 53)),
                "signed from float": cut(rounded(rounded(sa, 24) * Fraction(3, 4), 24)),
                "bits": bin(a).count("1"),
                "leading zeros": 64 - a.bit_length(),
            }
        )
        facts = call(_c, "int64", data)
        compare(facts, expected)
        compare(facts, {name: number.to_bytes(8, "little") for name, number in unsigned.items()})
        converted(facts, {"to double": (a, 53), "signed to double": (sa, 53), "to float": (a, 24)})
        nothing_else(facts)


def converted(facts, expected):
    """Compare doubles with what exact numbers come to in so many bits."""
    for name, (number, bits) in expected.items():
        found = double(facts.pop(name))
        assert found == rounded(number, bits), f"{name} of {number}: {found}"


@check
def int128():
    if BITS == 32:
        nothing_else(call(_c, "int128", bytes(33)))  # no compiler has it there
        return
    for a, b in operands(128):
        count = a % 128
        sa, sb, expected = integers(128, a, b)
        data = a.to_bytes(16, "little") + b.to_bytes(16, "little") + bytes([count])
        wide = {
            "product": a * b,
            "quotient": a // b,
            "remainder": a % b,
            "signed quotient": cut(Fraction(sa, sb)),
            "signed remainder": sa - sb * cut(Fraction(sa, sb)),
            "left": a << count,
            "right": a >> count,
            "signed right": sa >> count,
            "from double": cut(rounded(rounded(a >> 1, 53) * Fraction(3, 2), 53)),
            "signed from double": cut(rounded(rounded(sa, 53) * Fraction(3, 4), 53)),
            "there and back": sa >> 80,
        }
        facts = call(_c, "int128", data)
        compare(facts, expected)
        mask = (1 << 128) - 1
        compare(facts, {n: (value & mask).to_bytes(16, "little") for n, value in wide.items()})
        floats = {"to double": (a, 53), "signed to double": (sa, 53), "to float": (a >> 4, 24)}
        converted(facts, floats)
        nothing_else(facts)


@check
def doubles():
    dice = random.Random(754)
    pairs = [(0.1, 0.2), (1e30, 1e-300), (-2.5, 3.0), (1 / 3, 1e16), (5e-324, 1.0)]
    for _ in range(30):
        pairs.append(tuple(dice.uniform(-1, 1) * 10.0 ** dice.randint(-20, 20) for _ in range(2)))
    for a, b in pairs:
        exact_a, exact_b = Fraction(a), Fraction(b)
        facts = call(_c, "double", struct.pack("<dd", a, b), evaluation=0, text=f"{a:.17g}")
        expected = {
            "sum": a + b,
            "difference": a - b,
            "product": a * b,
            "quotient": a / b,
            "remainder": float(exact_a - exact_b * cut(exact_a / exact_b)),
            "floor": float(exact_a // 1),
            "scaled": a * 8,
            "rounded": struct.unpack("f", struct.pack("f", a))[0],
            "text read back": a,
        }
        if abs(a) > 1e-300:  # the root of less has no bits left to be found
            expected["root"] = float(rounded(root(abs(exact_a), 200), 53))
        else:
            del facts["root"]
        for name, value in expected.items():
            found = facts.pop(name)
            # -0.0 and 0.0 are one number here
            assert struct.unpack("<d", found)[0] == value, f"{name} of {a!r}, {b!r}: {found!r}"
        nothing_else(facts)


def mantissa():
    """Bits of a long double's mantissa on this machine."""
    return _c.run("long_double", b"1")["mantissa"]


@check
def long_double():
    bits = mantissa()
    assert bits in (53, 64, 106, 113), bits
    for text in ("2", "10", "1234567890.0625", "0.1", "98765432109876.54321", "3.25"):
        facts = call(_c, "long_double", text.encode(), mantissa=bits)
        # of IBM's pairs of doubles the smallest difference from 1 is no measure, nor are digits enough
        assert facts.pop("equal") or bits == 106
        assert facts.pop("read back") or bits == 106
        number = rounded(Fraction(text), bits)
        compare(facts, {"greater": int(number > 3), "truncated": int(number)})
        compare(facts, {"unsigned truncated": int(number)})
        expected = {
            "read": number,
            "sum": number + 3,
            "difference": number - 3,
            "product": number * 3,
            "quotient": number / 3,
            "root": root(number, bits),
            "negative": -number,
            "from integer": Fraction(int(number), 3),
            "from unsigned": Fraction(int(number), 3),
            "from double": rounded(number, 53),
            "in memory": Fraction(1, 3),
        }
        for name, value in expected.items():
            found = Fraction(facts.pop(name).decode())
            room = abs(number) / 2 ** (bits - 3) if name == "in memory" else 0
            good = near(found, value, bits) or abs(found - value) <= room
            assert good, f"{name} of {text}: {float(found)!r}, expected {float(value)!r}"
        assert near(double(facts.pop("to double")), number, 53)
        assert near(double(facts.pop("to float")), number, 24)
        nothing_else(facts)


COMPLEX = ((1.0, 2.0, 3.0, -1.0), (0.1, -7.5, 1e9, 0.375), (1.0, 2.0, 3e30, 1e30))
"""Parts of two numbers. A float has no room for the squares of the last ones."""

ENDLESS = {
    (math.inf, math.nan, 1.0, 1.0): ((math.inf, math.inf), (math.inf, -math.inf)),
    (1.0, 2.0, 0.0, 0.0): ((0.0, 0.0), (math.inf, math.inf)),
    (1.0, 1.0, math.inf, 1.0): ((math.inf, math.inf), (0.0, 0.0)),
}
"""Products and quotients as C's Annex G has them."""


@check
def complex_numbers():
    for parts in COMPLEX:
        facts = call(_c, "complex", struct.pack("<4d", *parts))
        for kind, bits in (("float", 24), ("double", 53), ("long double", 53)):
            a, b, c, d = (rounded(part, bits) for part in map(Fraction, parts))
            square = c * c + d * d
            product = (a * c - b * d, a * d + b * c)
            quotient = ((a * c + b * d) / square, (b * c - a * d) / square)
            near_parts(facts, f"{kind} product", product, bits)
            near_parts(facts, f"{kind} quotient", quotient, bits)
        nothing_else(facts)
    for parts, results in ENDLESS.items():
        facts = call(_c, "complex", struct.pack("<4d", *parts))
        for kind in ("float", "double", "long double"):
            for name, result in zip(("product", "quotient"), results):
                found = struct.unpack("2d", facts.pop(f"{kind} {name}"))
                assert found == result, f"{kind} {name} of {parts}: {found}"
        nothing_else(facts)


def near_parts(facts, name, expected, bits):
    """Compare both parts of a complex number, whose errors are as large as the number allows."""
    found = struct.unpack("2d", facts.pop(name))
    room = max(map(abs, expected)) / 2 ** (bits - 3)
    good = all(abs(Fraction(one) - other) <= room for one, other in zip(found, expected))
    assert good, f"{name}: {found}, expected {tuple(map(float, expected))}"


@check
def threads():
    call(_c, "threads", started=THREADS, counted=THREADS * ROUNDS, turns=THREADS)


@check
def thread_local():
    facts = call(_c, "thread_local", fresh=THREADS, counted=THREADS, aligned=THREADS, own_number=11)
    compare(facts, {"not this thread's": 1})


@check
def atomics():
    total = THREADS * ROUNDS
    facts = call(_c, "atomics", one=total % 256, two=total % 65536, four=total)
    compare(facts, {"eight": total << 32 | total, "number": total // 2, "spun": total})
    compare(facts, {"low": total, "high": 2 * total, "odd": total % 256})
    nothing_else(facts)


@check
def calls_from_threads():
    seen = []
    where = threading.get_ident()

    def called(number):
        seen.append((number, threading.get_ident() != where))

    assert _c.call_from_threads(called) == 4
    assert sorted(seen) == [(number, True) for number in range(4)], seen


@check
def others_run_meanwhile():
    """The GIL is let go: another thread's Python answers while native code waits for it."""
    reads, writes = os.pipe()
    answers = []

    def answer():
        time.sleep(0.05)
        answers.append(len(answers))
        os.write(writes, b"x")

    thread = threading.Thread(target=answer)
    thread.start()
    got = os.read(reads, 1)
    for _ in range(20):
        _c.run("threads", b"")
    thread.join()
    os.close(reads)
    os.close(writes)
    assert (got, answers) == (b"x", [0])


@check
def file():
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "d\u00e4ta \u5305.txt")
        line = b"line -42 2.500\n"
        size = len(line) + 4
        facts = call(_c, "file", path.encode("utf-8"), missing=1, printed=len(line), written=4)
        compare(facts, {"told": size, "read": 1, "line": line, "scanned": 3, "number": -42})
        compare(facts, {"fraction": 2500, "sought": 0, "last": 3, "end": 1, "closed": 0})
        compare(facts, {"size": size, "renamed": 0, "gone": -1})
        nothing_else(facts)
        with open(path + ".renamed", "rb") as renamed:
            assert renamed.read() == line + b"\0\1\2\3"


@check
def descriptor():
    """Python and the module have one table of open files, which on Windows is the C library's."""
    with tempfile.TemporaryFile() as opened:
        data = bytes([opened.fileno()]) + b"written by C"
        nothing_else(call(_c, "descriptor", data, written=12))
        opened.seek(0)
        assert opened.read() == b"written by C"


@check
def large_file():
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "holes")
        end = (5 << 30) + 1
        facts = call(_c, "large_file", path.encode(), sought=0, written=ord("x"), told=end)
        compare(facts, {"back": 0, "read": ord("x"), "closed": 0, "size": end, "removed": 0})
        nothing_else(facts)


@check
def errors():
    try:
        _c.open_missing("no such file")
    except FileNotFoundError as error:
        assert (error.errno, error.filename) == (errno.ENOENT, "no such file"), error
    else:
        raise AssertionError("a file that is not there was opened")


@check
def sockets():
    said = bytes(range(256)) * 2
    facts = call(_c, "sockets", said, started=1, connected=1, echo=said, datagram=said)
    compare(facts, {"from its sender": 1, "looked up": 1, "address": "127.0.0.1", "port": 80})
    compare(facts, {"six": 1, "six bytes": bytes.fromhex("20010db8" + "00" * 11 + "01")})
    nothing_else(facts)


@check
def pipe():
    said = b"through a pipe"
    nothing_else(call(_c, "pipe", said, written=len(said), read=said))


@check
def clock():
    facts = call(_c, "clock", then="2001-09-09T01:46:40", difference=1000000)
    assert abs(facts.pop("now") - time.time()) < 60
    nothing_else(facts)

"""The checks of `exercise._cxx`, with what has to come out of them."""

import os
import sysconfig
import tempfile
import time

from exercise import _cxx
from exercise.c import ROUNDS, THREADS, mantissa
from exercise.rig import call, check, compare, nothing_else

OWN = "an error of the extension's own"


@check
def exceptions():
    facts = call(_cxx, "exceptions", own=OWN, own_as_its_base=OWN, own_as_its_second_base="42")
    compare(facts, {"own as std::exception": OWN, "invalid_argument": "an argument"})
    compare(facts, {"not a logic_error": "something else", "overflow_error": "too much"})
    compare(facts, {"runtime_error": "text of \u5305 characters", "bad_alloc": "std::bad_alloc", "number": 17})
    compare(facts, {"code": 2, "condition": 1, "empty function": 1})
    assert b"vector" in facts.pop("out_of_range")
    nothing_else(facts)


@check
def nested():
    facts = call(_cxx, "nested", story=f"rethrown outer of {OWN}", kept="an argument")
    compare(facts, {"from a thread": OWN})
    nothing_else(facts)


@check
def unwinding():
    facts = call(_cxx, "unwinding", destroyed=51, uncaught_while_unwinding=1, uncaught_otherwise=0)
    compare(facts, {"uncaught now": 0, "constructor": "from the constructor"})
    compare(facts, {"members destroyed": 1})
    nothing_else(facts)


@check
def python_errors():
    expected = {
        "own": (ArithmeticError, OWN + " (42)"),
        "invalid_argument": (ValueError, "an argument"),
        "out_of_range": (IndexError, "vector"),
        "overflow_error": (OverflowError, "too much"),
        "bad_alloc": (MemoryError, ""),
        "system_error": (FileNotFoundError, "gone"),
        "runtime_error": (RuntimeError, "\u5305"),
        "number": (SystemError, "no std::exception"),
    }
    for name, (kind, text) in expected.items():
        try:
            call(_cxx, "throw", name.encode())
        except kind as error:
            assert text in str(error), f"{name}: {error}"
        else:
            raise AssertionError(f"{name} was not raised")
    nothing_else(call(_cxx, "throw", b"nothing"))


@check
def threads():
    facts = call(_cxx, "threads", counted=THREADS * ROUNDS, sum=sum(range(ROUNDS)), calls=1)
    compare(facts, {"written": 2 * ROUNDS, "odd": 0, "promise": "kept"})
    compare(facts, {"taken twice": 0, "waited": 1})
    nothing_else(facts)


@check
def thread_local():
    for _ in range(2):
        facts = call(_cxx, "thread_local", made=THREADS, unmade=THREADS, fresh=2 * THREADS)
        nothing_else(facts)


@check
def atomics():
    total = THREADS * ROUNDS
    facts = call(_cxx, "atomics", eight=total << 32 | total, flag=1, number=total // 4)
    compare(facts, {"large": total})
    nothing_else(facts)


@check
def casts():
    facts = call(_cxx, "casts", sideways="square", not_sideways=1, down=4, whole=1, bad_cast=1)
    compare(facts, {"type": 1, "index": 2, "coded": 42})
    assert b"basic_string<char" in facts.pop("name")
    nothing_else(facts)


@check
def statics():
    for _ in range(2):
        facts = call(_cxx, "statics", value=46, first_before_second=1, constructor=1, once=1)
        compare(facts, {"text": "xy", "numbers": 99 * 99})
        nothing_else(facts)


@check
def streams():
    formatted = "0xff ***-42 0.667 1.235e+04 true 1.500e+00"
    facts = call(_cxx, "streams", formatted=formatted, plain=17, hex=31, number=2500, word="word")
    compare(facts, {"too large": 1, "line": " line", "failure": 1, "wide": 7, "standard": 1})
    nothing_else(facts)


@check
def locale():
    facts = call(_cxx, "locale", grouped="1.234.567 9.876,54", classic="C", upper="Q", not_upper=0)
    compare(facts, {"read": 12345, "date": "2001-09-09 Sep"})
    # to musl no name is unknown
    musl = "musl" in (sysconfig.get_config_var("SOABI") or "")
    assert facts.pop("unknown", 0) == (not musl)
    nothing_else(facts)


@check
def filesystem():
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "f\u00f6lder \u5305")
        facts = call(_cxx, "filesystem", path.encode("utf-8"), made=1, size=18, text="line one")
        compare(facts, {"files": 2, "folders": 2, "name": "d\u00e4ta.txt", "normal": "b/c"})
        compare(facts, {"relative": "a/d\u00e4ta.txt", "absolute": 1, "no size": 1, "no file": 1})
        compare(facts, {"error": 1, "young": 1, "removed": 5, "exists": 0})
        nothing_else(facts)


@check
def chrono():
    facts = call(_cxx, "chrono", slept=1, parts=7380, point=1000000000 + 86400, cores=1)
    assert abs(facts.pop("now") - time.time()) < 60
    nothing_else(facts)


@check
def containers():
    data = bytes(range(65, 91)) * 3 + b"ZYX" + bytes([128, 255])
    unique = bytes(sorted(set(data), key=lambda byte: -(byte if byte < 128 else byte - 256)))
    ends = b""
    for byte in data:
        ends = bytes([byte]) + ends if len(ends) % 2 else ends + bytes([byte])
    pairs = {data[i : i + 2] for i in range(len(data))}
    facts = call(_cxx, "containers", data, sorted=bytes(sorted(data)), different=len(set(data)))
    compare(facts, {"pairs": len(pairs), "both ends": ends, "sum": sum(data), "visited": 1})
    compare(facts, {"variant": "text", "bad variant": 1, "any": "any", "optional": 9})
    compare(facts, {"shared": 2, "tuple": 12})
    # a char has a sign on some machines and none on others
    assert facts.pop("unique") in (unique, bytes(sorted(set(data), reverse=True)))
    nothing_else(facts)


@check
def text():
    said = "from -12.5 to 40 in 3 steps"
    facts = call(_cxx, "text", said.encode(), found="-12;40;3;", replaced="from # to # in # steps")
    compare(facts, {"bad pattern": 1, "shortest": "0.30000000000000004", "rest": "x"})
    compare(facts, {"greatest": 2**63 - 1, "out of range": 1, "stod": 125, "wide": 0x1F40D})
    compare(facts, {"stoll": -(2**63 - 1), "to_string": "1234567890123", "stoi": 1})
    nothing_else(facts)


@check
def numbers():
    facts = call(_cxx, "numbers", twister=4123659995, wide_twister="9981545732273789042", nan=1)
    compare(facts, {"random": 1, "complex": -296, "long complex": 505, "quotient": 5})
    compare(facts, {"digits": mantissa(), "gcd": 1 << 35, "gamma": 120, "hypot": 7})
    compare(facts, {"long double": "1.250000", "wide long double": 1})
    nothing_else(facts)

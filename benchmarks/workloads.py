"""What the packages are made to do, each by its compiled code alone.

`python workloads.py PACKAGE` measures one package with pyperf, whose options it takes.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Workload:
    """The measured statements of a package."""

    setup: str
    """Run once before each."""
    statements: Mapping[str, str]
    """By what they are about."""


WORKLOADS: Mapping[str, Workload] = {
    "markupsafe": Workload(
        setup=(
            "from markupsafe._speedups import _escape_inner as escape\n"
            "plain = 'nothing to do here ' * 40\n"
            "dense = '<a href=\"x\">Tom & Jerry\\'s</a>' * 40\n"
            "wide = '\\u4f60\\u597d <b>&</b> ' * 40"
        ),
        statements={
            "plain": "escape(plain)",
            "dense": "escape(dense)",
            "wide": "escape(wide)",
        },
    ),
    "simplejson": Workload(
        setup=(
            "import simplejson\n"
            "rows = [{'id': n, 'name': f'row {n}', 'ok': n % 2 == 0, 'xs': [n, n / 3, None]}"
            " for n in range(200)]\n"
            "text = simplejson.dumps(rows)\n"
            "strings = ['caf\\u00e9 \\u4f60\\u597d \\n \"quoted\"' * 5] * 100\n"
            "dumps, loads = simplejson.dumps, simplejson.loads"
        ),
        statements={"dumps": "dumps(rows)", "loads": "loads(text)", "strings": "dumps(strings)"},
    ),
    "immutables": Workload(
        setup=(
            "from immutables import Map\n"
            "keys = [f'key {n}' for n in range(1000)]\n"
            "full = Map((key, n) for n, key in enumerate(keys))\n"
            "def get():\n"
            "    for key in keys:\n"
            "        full[key]\n"
            "def grow():\n"
            "    found = Map()\n"
            "    for key in keys:\n"
            "        found = found.set(key, 1)\n"
            "def shrink():\n"
            "    found = full\n"
            "    for key in keys:\n"
            "        found = found.delete(key)"
        ),
        statements={
            "get": "get()",
            "set": "grow()",
            "delete": "shrink()",
            "items": "list(full.items())",
        },
    ),
    "bitarray": Workload(
        setup=(
            "from bitarray import bitarray\n"
            "from bitarray.util import ba2hex, count_and\n"
            "a = bitarray('1100101' * 15000)\n"
            "b = bitarray('0111010' * 15000)\n"
            "needle = bitarray('1111111')"
        ),
        statements={
            "and": "a & b",
            "count": "a.count()",
            "count_and": "count_and(a, b)",
            "find": "a.find(needle)",
            "reverse": "a.reverse()",
            "shift": "a >> 3",
            "ba2hex": "ba2hex(a[:100000])",
            "tolist": "a.tolist()",
        },
    ),
    "multidict": Workload(
        setup=(
            "from multidict import CIMultiDict, MultiDict\n"
            "pairs = [(f'Header-{n % 60}', str(n)) for n in range(100)]\n"
            "full, folded = MultiDict(pairs), CIMultiDict(pairs)"
        ),
        statements={
            "make": "MultiDict(pairs)",
            "make folded": "CIMultiDict(pairs)",
            "get": "full['Header-7']",
            "get folded": "folded['header-7']",
            "getall": "full.getall('Header-7')",
            "items": "list(full.items())",
        },
    ),
    "xxhash": Workload(
        setup=(
            "import xxhash\n"
            "short, long = b'x' * 24, bytes(range(256)) * 4096\n"
            "xxh32, xxh64 = xxhash.xxh32_intdigest, xxhash.xxh64_intdigest\n"
            "xxh3, xxh128 = xxhash.xxh3_64_intdigest, xxhash.xxh3_128_intdigest"
        ),
        statements={
            "xxh32": "xxh32(long)",
            "xxh64": "xxh64(long)",
            "xxh3": "xxh3(long)",
            "xxh128": "xxh128(long)",
            "xxh3 short": "xxh3(short)",
        },
    ),
    "lz4": Workload(
        setup=(
            "import lz4.block, lz4.frame, random\n"
            "random.seed(7)\n"
            "words = [bytes(random.choices(b'abcdefghij ', k=9)) for _ in range(400)]\n"
            "data = b''.join(random.choices(words, k=60000))\n"
            "block, frame = lz4.block.compress(data), lz4.frame.compress(data)"
        ),
        statements={
            "compress": "lz4.block.compress(data)",
            "compress hard": "lz4.block.compress(data, mode='high_compression')",
            "decompress": "lz4.block.decompress(block)",
            "frame": "lz4.frame.decompress(frame)",
        },
    ),
    "python-rapidjson": Workload(
        setup=(
            "import rapidjson\n"
            "rows = [{'id': n, 'name': f'row {n}', 'ok': n % 2 == 0, 'xs': [n, n / 3, None]}"
            " for n in range(200)]\n"
            "text = rapidjson.dumps(rows)\n"
            "dumps, loads = rapidjson.dumps, rapidjson.loads"
        ),
        statements={"dumps": "dumps(rows)", "loads": "loads(text)"},
    ),
    "httptools": Workload(
        setup=(
            "from httptools import HttpRequestParser, parse_url\n"
            "lines = [f'X-Header-{n}: value {n}' for n in range(20)]\n"
            "head = ['GET /path/to?a=1&b=2 HTTP/1.1', 'Host: example.org', *lines]\n"
            "request = '\\r\\n'.join([*head, '', '']).encode()\n"
            "class Taker:\n"
            "    def on_header(self, name, value): pass\n"
            "    def on_url(self, url): pass\n"
            "def parse():\n"
            "    HttpRequestParser(Taker()).feed_data(request)\n"
            "url = b'http://user@example.org:8080/path/to/page?query=1&more=2#part'"
        ),
        statements={"request": "parse()", "url": "parse_url(url)"},
    ),
    "crc32c": Workload(
        setup="from crc32c import crc32c\nshort, long = b'x' * 32, bytes(range(256)) * 4096",
        statements={"long": "crc32c(long)", "short": "crc32c(short)"},
    ),
    "kiwisolver": Workload(
        setup=(
            "from kiwisolver import Solver, Variable, strength\n"
            "def solve():\n"
            "    solver, names = Solver(), [Variable(f'x{n}') for n in range(40)]\n"
            "    for left, right in zip(names, names[1:]):\n"
            "        solver.addConstraint(left + 10 <= right)\n"
            "        solver.addConstraint((right - left == 15) | strength.weak)\n"
            "    solver.addConstraint(names[0] >= 0)\n"
            "    solver.updateVariables()"
        ),
        statements={"solve": "solve()"},
    ),
    "fastavro": Workload(
        setup=(
            "import io\n"
            "from fastavro import parse_schema, schemaless_reader, schemaless_writer\n"
            "from fastavro.validation import validate\n"
            "fields = [{'name': 'id', 'type': 'long'}, {'name': 'name', 'type': 'string'},"
            " {'name': 'xs', 'type': {'type': 'array', 'items': 'double'}}]\n"
            "schema = parse_schema({'type': 'record', 'name': 'row', 'fields': fields})\n"
            "row = {'id': 12345, 'name': 'a row', 'xs': [n / 7 for n in range(100)]}\n"
            "def write():\n"
            "    out = io.BytesIO()\n"
            "    schemaless_writer(out, schema, row)\n"
            "    return out.getvalue()\n"
            "data = write()"
        ),
        statements={
            "write": "write()",
            "read": "schemaless_reader(io.BytesIO(data), schema, None)",
            "validate": "validate(row, schema)",
        },
    ),
    "frozenlist": Workload(
        setup=(
            "from frozenlist import FrozenList\n"
            "full = FrozenList(range(1000))\n"
            "def walk():\n"
            "    for n in range(1000):\n"
            "        full[n]\n"
            "def grow():\n"
            "    found = FrozenList()\n"
            "    for n in range(1000):\n"
            "        found.append(n)"
        ),
        statements={"get": "walk()", "append": "grow()", "iterate": "list(full)"},
    ),
    "marisa-trie": Workload(
        setup=(
            "import marisa_trie\n"
            "keys = [f'key/{n % 97}/{n * 7919 % 10007}' for n in range(5000)]\n"
            "trie = marisa_trie.Trie(keys)\n"
            "def get():\n"
            "    for key in keys[:500]:\n"
            "        trie[key]"
        ),
        statements={
            "make": "marisa_trie.Trie(keys)",
            "get": "get()",
            "keys": "trie.keys('key/5')",
            "prefixes": "trie.prefixes('key/5/1234')",
        },
    ),
}
"""By package."""


def main() -> None:
    """Measure the package that is named first."""
    import pyperf

    name = sys.argv.pop(1)
    workload = WORKLOADS[name]
    # the processes that pyperf starts are told the same
    runner = pyperf.Runner(program_args=(__file__, name))
    for about, statement in workload.statements.items():
        runner.timeit(f"{name}: {about}", stmt=statement, setup=workload.setup)


if __name__ == "__main__":
    main()

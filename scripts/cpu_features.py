"""Derive `src/zigwheel/plan/cpus.json` from the tables of CPUs in Zig's own library.

    python scripts/cpu_features.py --zig ZIG

What the file says, by the architecture's name in wheel tags: LLVM's features, each with those that it
brings, and CPU models with theirs; neither names what the baseline has. What only tells how code
is scheduled is left out, and so are models where nobody names them for a single file.
"""

from __future__ import annotations

import argparse
import json
import re
from pathlib import Path

from pyconfig_sources import run

HERE = Path(__file__).resolve().parent
FACTS = HERE.parent / "src/zigwheel/plan/cpus.json"

ARCHES = {
    "x86_64": "x86_64",
    "aarch64": "aarch64",
    "arm": "armv7l",
    "powerpc64le": "ppc64le",
    "s390x": "s390x",
    "riscv64": "riscv64",
    "loongarch64": "loongarch64",
}
"""Zig's names of the architectures to those of wheel tags."""

KEPT = {
    "x86_64": r"(3dnow|adx|aes|amx-\w+|avx[\w.-]*|bmi2?|crc32|cx16|evex512|f16c|fma4?|fsgsbase|gfni|lwp"
    r"|lzcnt|movbe|pclmul|popcnt|prfchw|rdpid|rdrnd|rdseed|rtm|sahf|sha|sha512|sm3|sm4|sse[\d.a]*|ssse3"
    r"|tbm|vaes|vpclmulqdq|xop|xsave\w*)",
    "aarch64": r"\w+|fp-armv8|rcpc-immo|pan-rwv|v\d+\.\da|(sve|sve2|sme|ssve)-\w+",
    "arm": r"(aes|bf16|crc|crypto|d32|dotprod|fp\w+|fp-armv8\w*|fullfp16|hwdiv|hwdiv-arm|i8mm|neon|sha2"
    r"|v[89](\.\da)?|v9a|vfp\w+)",
    "powerpc64le": r"(altivec|crypto|direct-move|float128|htm|isa-v\w+-instructions|mma|power\d+-\w+"
    r"|paired-vector-memops|pcrelative-memops|prefix-instrs|vsx|isel|cmpb|popcntd)",
    "s390x": r"(?!unaligned|soft)[\w-]+",
    "riscv64": r"[a-z]|z\w+|s[mstv]\w+|x\w+",
    "loongarch64": r"lasx|lsx|lbt|lvz|frecipe|div32|lam-bh|lamcas|scq|d|f",
}
"""Features that code can use, by Zig's architecture."""

WITH_MODELS = ("x86_64", "aarch64", "powerpc64le", "s390x", "loongarch64")
"""Architectures on which `-march` or `-mcpu` names a model."""


def main() -> None:
    """Write the file."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--zig", type=Path, required=True)
    given = parser.parse_args()
    shown = run("sh", "-c", f"'{given.zig}' run '{HERE / 'cpu_features.zig'}' 2>&1")
    rows = [line.split(" ") for line in shown.splitlines()]
    baseline = {arch: set(words) for arch, kind, name, *words in rows if name == "baseline"}
    baseline["arm"] -= {"neon", "d32"}  # see `target/triple.py`
    lines = []
    for zig, arch in sorted(ARCHES.items(), key=lambda item: item[1]):
        kinds: dict[str, dict[str, str]] = {"features": {}, "models": {}}
        for found, kind, name, *words in rows:
            used = [w for w in words if re.fullmatch(KEPT[zig], w) and w not in baseline[zig]]
            if found != zig or name == "baseline":
                continue
            if kind == "feature" and re.fullmatch(KEPT[zig], name):
                kinds["features"][name] = " ".join(used)
            if kind == "cpu" and zig in WITH_MODELS and re.fullmatch(r"[a-z][\w.+-]+", name):
                kinds["models"][name] = " ".join(used)
        for kind, table in kinds.items():
            body = ",\n".join(
                f"  {json.dumps(name)}: {json.dumps(words)}"
                for name, words in sorted(table.items())
            )
            lines.append(
                f' "{arch} {kind}": {{\n{body}\n }}' if body else f' "{arch} {kind}": {{}}'
            )
    FACTS.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


if __name__ == "__main__":
    main()

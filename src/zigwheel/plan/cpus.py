"""CPU flags of GCC and clang, for every architecture, in words that are heard.

A flag such as `-mavx2`, `-march=armv8.2-a+dotprod` or `-mcpu=power9` names the architecture that it is
for. Where the target has this one, it becomes features of LLVM for the one file (`plan/machine.py`
says why); on every other target it is left out, so that one list of flags serves all targets.

`cpus.json` holds what Zig knows of features and models; `scripts/cpu_features.py` derives it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache

from zigwheel.errors import PlanError
from zigwheel.plan.machine import FLAG, X86, feature, x86_args

ARM_EXTENSIONS = {
    "crypto": "aes sha2",
    "fp": "fp-armv8",
    "fp16": "fullfp16",
    "memtag": "mte",
    "profile": "spe",
    "rdma": "rdm",
    "rng": "rand",
    "simd": "neon",
}
"""What GCC calls by another name than LLVM, after a `+`."""

X86_ALIASES = {"core-avx-i": "ivybridge", "core-avx2": "haswell", "corei7-avx": "sandybridge"}
"""Older names of models, for `-march`."""

FPU = {
    "auto": "",
    "crypto-neon-fp-armv8": "d32 neon fp-armv8 aes sha2",
    "fp-armv8": "d32 fp-armv8",
    "neon": "d32 neon",
    "neon-fp-armv8": "d32 neon fp-armv8",
    "neon-fp16": "d32 neon fp16",
    "neon-vfpv3": "d32 neon",
    "neon-vfpv4": "d32 neon vfp4",
    "vfp": "",
    "vfpv3": "d32 vfp3",
    "vfpv3-d16": "",
    "vfpv4": "d32 vfp4",
    "vfpv4-d16": "vfp4d16",
}
"""Values of `-mfpu`, for 32-bit ARM."""

SINGLE = {
    "armv7l": {},
    "aarch64": {},
    "ppc64le": {
        name: name
        for name in "altivec cmpb crypto direct-move float128 htm isel mma popcntd power8-vector "
        "power9-vector power10-vector vsx".split()
    },
    "s390x": {"vx": "vector", "htm": "transactional-execution"},
    "riscv64": {},
    "loongarch64": {name: name for name in ("lsx", "lasx", "frecipe", "div32", "scq")},
}
"""What stands behind `-m` and `-mno-` alone, and LLVM's name of it, by architecture."""

OTHER = {
    "armv7l": r"-mfloat-abi=(hard|softfp)|-mthumb|-marm|-munaligned-access",
    "s390x": r"-mzvector|-mzarch",
    "aarch64": r"-moutline-atomics|-mno-outline-atomics",
    "riscv64": r"-mabi=lp64d?",
    "loongarch64": r"-mabi=lp64d?",
}
"""Flags that clang hears as they are, on their architecture alone."""

NOWHERE = re.compile(r"-m(no-)?(simd128|relaxed-simd)")
"""Flags of machines that no wheel is built for here: WebAssembly."""

NAMED = ("-march", "-mcpu", "-mfpu")
"""Options whose value names a CPU, or a version of an architecture."""


@cache
def known(kind: str) -> Mapping[str, str]:
    """A table of `cpus.json`, such as `aarch64 features`: a name, and what it brings."""
    import json
    import pkgutil

    data = pkgutil.get_data("zigwheel.plan", "cpus.json")
    if data is None:
        raise FileNotFoundError("cpus.json is missing from zigwheel's own files")
    table: Mapping[str, str] = json.loads(data).get(kind, {})
    return table


def machine_args(args: Iterable[str], arch: str, *, dispatch: bool) -> tuple[str, ...]:
    """The flags of a source, those for CPUs as `arch` hears them, those for others left out."""
    kept: list[str] = []
    for arg in args:
        features = features_of(arg, arch)
        if features is not None:
            kept += [word for name in features for word in said(name, arch)]
        elif not foreign(arg, arch):
            kept.append(arg)
    return x86_args(kept, dispatch=dispatch) if arch in X86 else tuple(kept)


def said(name: str, arch: str) -> tuple[str, ...]:
    """A feature such as `+dotprod` as flags; `x86_args` has more to say of its own."""
    own = f"-m{name[1:]}"
    return (own,) if arch in X86 and FLAG.fullmatch(own) else feature(name)


def assembler_args(args: Iterable[str], arch: str) -> tuple[str, ...]:
    """The same for assembly, where clang hears `-march` as it is."""
    return tuple(arg for arg in args if not foreign(arg, arch))


def cpu_arg_error(arg: str, arch: str, place: str) -> PlanError | None:
    """The error for a flag that names a CPU which no architecture has."""
    option, equals, value = arg.partition("=")
    if not equals or option not in NAMED or value == "native":
        return None
    if features_of(arg, arch) is not None or foreign(arg, arch):
        return None
    from difflib import get_close_matches

    near = get_close_matches(value, [*choices(option, arch)], 1)
    hint = (
        f"did you mean {option}={near[0]}?" if near else "see the page on SIMD of the how-to guides"
    )
    return PlanError(f"`{place}`: {arg!r} names nothing that {arch} has", hint=hint)


def foreign(arg: str, arch: str) -> bool:
    """Whether a flag is for a CPU of other architectures than `arch`."""
    if NOWHERE.fullmatch(arg):
        return True
    owners = {other for other in SINGLE if says(arg, other)}
    if FLAG.fullmatch(arg) or features_of(arg, "x86_64") is not None:
        owners |= X86
    return bool(owners) and arch not in owners


def says(arg: str, arch: str) -> bool:
    """Whether a flag has a meaning for an architecture that is not x86."""
    return features_of(arg, arch) is not None or bool(
        arch in OTHER and re.fullmatch(OTHER[arch], arg)
    )


def features_of(arg: str, arch: str) -> tuple[str, ...] | None:
    """The features of LLVM that a flag switches, as `+dotprod` or `-vsx`; None where it is no such flag.

    x86's own `-mavx2` and its like are not among them: see `machine.x86_args`.
    """
    name, equals, value = arg.partition("=")
    if equals and name in NAMED:
        words = named(name, value, "x86_64" if arch in X86 else arch)
        return None if words is None else tuple(f"+{word}" for word in words)
    match = re.fullmatch(r"-m(no-)?([a-z][\w-]+)", arg)
    if equals or match is None or match[2] not in SINGLE.get(arch, {}):
        return None
    word = SINGLE[arch][match[2]]
    if match[1]:
        return (f"-{word}",)
    return tuple(f"+{w}" for w in with_brought([word], arch))


def named(option: str, value: str, arch: str) -> list[str] | None:
    """The features that `-march`, `-mcpu` or `-mfpu` asks of an architecture; None where it means another."""
    if option == "-mfpu":
        words = FPU.get(value) if arch == "armv7l" else None
        return None if words is None else with_brought(words.split(), arch)
    if arch == "riscv64":
        return riscv(value) if option == "-march" else None
    base, *extensions = value.split("+")
    models = known(f"{arch} models")
    wanted: list[str] = []
    if arch in ("aarch64", "armv7l") and option == "-march":
        version = re.fullmatch(r"armv(7|8|9)(?:\.(\d))?-?a", base)
        if not version or (version[1] == "7" and arch == "aarch64"):
            return None
        wanted += [] if version[1] == "7" else [arm_version(version[1], version[2], arch)]
    elif option == model_option(arch) and model(base, arch) in models:
        wanted += models[model(base, arch)].split()
    else:
        return None
    for extension in extensions:
        off = extension.removeprefix("no") if extension.startswith("no") else ""
        for word in ARM_EXTENSIONS.get(off or extension, off or extension).split():
            if word not in known(f"{arch} features"):
                return None
            wanted = [w for w in wanted if w != word] if off else [*wanted, word]
    return with_brought(wanted, arch)


def arm_version(major: str, minor: str | None, arch: str) -> str:
    """LLVM's feature for a version of ARM's architecture."""
    if minor:
        return f"v{major}.{minor}a"
    return "v8" if (major, arch) == ("8", "armv7l") else f"v{major}a"


def model(name: str, arch: str) -> str:
    """A model's name as LLVM has it: `power9` is `pwr9` there."""
    if arch in X86:
        return X86_ALIASES.get(name, name)
    return re.sub(r"^power(?=\d+$)", "pwr", name) if arch == "ppc64le" else name


def model_option(arch: str) -> str:
    """The option that names a model."""
    return "-mcpu" if arch in ("aarch64", "ppc64le") else "-march"


def riscv(value: str) -> list[str] | None:
    """The features behind an ISA string, such as `rv64gcv_zba_zbb` (RISC-V ISA naming conventions)."""
    match = re.fullmatch(r"rv64([a-y]+)((?:_?[zsx][a-z0-9]+)*(?:_[a-z0-9]+)*)", value)
    if match is None:
        return None
    letters = match[1].replace("g", "imafd")
    words = [*letters.replace("i", ""), *filter(None, match[2].split("_"))]
    found = known("riscv64 features")
    names = [re.sub(r"\d+p\d+$", "", word) for word in words]
    return with_brought(names, "riscv64") if all(name in found for name in names) else None


def with_brought(names: Iterable[str], arch: str) -> list[str]:
    """Features after those that they bring, each once."""
    table = known(f"{arch} features")
    found: dict[str, None] = {}
    for name in names:
        found.update(dict.fromkeys((*table.get(name, "").split(), name)))
    return list(found)


def choices(option: str, arch: str) -> Iterator[str]:
    """Values of an option that `arch` knows, for a message."""
    if option == "-mfpu":
        yield from FPU
    elif arch in ("aarch64", "armv7l") and option == "-march":
        yield from (f"armv{version}-a" for version in "8 8.1 8.2 8.3 8.4 8.5 8.6 9".split())
    elif option == model_option(arch):
        yield from known(f"{'x86_64' if arch in X86 else arch} models")

"""Derive `src/zigwheel/target/facts.json`: what `configure` would find on each target.

    python scripts/target_facts.py --zig ZIG

What is asked stands in `target_facts.toml`. Nothing is run: headers are looked for by the
preprocessor, types, members, declarations and other statements by the compiler, and sizes are read from
assembly. Functions are looked for by the linker on macOS and Windows, and in what Zig's stubs of glibc
and musl are made from on Linux. When one came is what those say of glibc, on macOS what the marks in
Apple's headers say, and for musl, of which Zig has one, what stands in `MUSL_SINCE`.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from pyconfig_sources import DEBIAN, measure, run, triple

from zigwheel.config.toml import parse

REPOSITORY = Path(__file__).resolve().parent.parent
FACTS = REPOSITORY / "src/zigwheel/target/facts.json"
QUESTIONS = Path(__file__).with_suffix(".toml")

Version: TypeAlias = tuple[int, ...]
Answers: TypeAlias = dict[str, str]
"""Macros that are defined, with their values."""

STATIC = frozenset(
    {"fstat", "fstat64", "fstatat", "lstat", "lstat64", "mknod", "mknodat", "stat", "stat64"}
)
"""Older glibc has these in its static part, which Zig builds for the floor."""

MUSL_SINCE = {
    **dict.fromkeys(("_Fork", "gettid", "reallocarray"), "1.2.2"),
    **dict.fromkeys(("pthread_getname_np", "qsort_r"), "1.2.3"),
    **dict.fromkeys(("preadv2", "pwritev2", "statx"), "1.2.5"),
}
"""What musl got after 1.2.0, by its own list of changes."""

BOUND = {
    "sys/random.h": "getrandom",
    "sys/auxv.h": "getauxval",
    "sys/memfd.h": "memfd_create",
    "sys/pidfd.h": "pidfd_open",
    "threads.h": "thrd_create",
    "uchar.h": "mbrtoc16",
    "stdbit.h": "memset_explicit",
    "struct statx": "statx",
}
"""Things that came with a function. Zig has the headers of one new glibc, which do not tell."""

BUILTIN = ("HAVE___BUILTIN_", "HAVE_BUILTIN_")
"""What the names of macros about builtins begin with."""

OF_A_CPU = re.compile(r"intrin\.h|cpuid\.h|^arm_|altivec\.h")
"""Headers of the compiler for one kind of CPU."""

PREAMBLE = """
stddef.h stdint.h inttypes.h stdio.h stdlib.h stdbool.h stdarg.h string.h strings.h stdatomic.h unistd.h sys/types.h
sys/stat.h sys/time.h time.h errno.h fcntl.h signal.h math.h float.h limits.h wchar.h wctype.h locale.h
langinfo.h dirent.h dlfcn.h winsock2.h ws2tcpip.h windows.h io.h process.h direct.h malloc.h alloca.h sched.h
semaphore.h spawn.h poll.h sys/select.h sys/socket.h sys/un.h sys/uio.h sys/ioctl.h sys/mman.h sys/param.h
sys/resource.h sys/wait.h sys/file.h sys/sendfile.h sys/epoll.h sys/syscall.h sys/sysmacros.h sys/mount.h netinet/in.h netinet/tcp.h arpa/inet.h netdb.h net/if.h
ifaddrs.h pwd.h grp.h utime.h sys/utime.h sys/statvfs.h sys/vfs.h sys/times.h sys/random.h sys/utsname.h sys/sysctl.h
sys/xattr.h libgen.h getopt.h termios.h byteswap.h endian.h iconv.h setjmp.h execinfo.h pthread.h
xlocale.h malloc/malloc.h copyfile.h sys/clonefile.h sys/timerfd.h sys/eventfd.h mach/mach_time.h sys/attr.h aio.h fenv.h complex.h
fnmatch.h glob.h regex.h search.h syslog.h utmpx.h util.h pty.h utmp.h crt_externs.h libproc.h ftw.h fts.h monetary.h
sys/event.h sys/ipc.h sys/shm.h sys/sem.h sys/msg.h threads.h uchar.h bcrypt.h resolv.h wordexp.h arpa/nameser.h sys/timeb.h
""".split()  # fmt: skip
"""Headers that statements and types are looked for with."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Machine:
    """A target without a floor."""

    os: str
    """`linux`, `macos` or `windows`."""
    arch: str
    """Architecture by its wheel tag's name."""
    libc: str
    """`gnu`, `musl` or `none`."""
    zig: str
    """Zig's name."""


def machines() -> Iterator[Machine]:
    """Every target."""
    for libc in ("gnu", "musl"):
        for arch in sorted(DEBIAN.values()):
            yield Machine(os="linux", arch=arch, libc=libc, zig=triple(arch, libc))
    yield Machine(os="macos", arch="x86_64", libc="none", zig="x86_64-macos.10.13")
    yield Machine(os="macos", arch="aarch64", libc="none", zig="aarch64-macos.11.0")
    for arch, cpu in (("x86_64", "x86_64"), ("i686", "x86"), ("aarch64", "aarch64")):
        yield Machine(os="windows", arch=arch, libc="gnu", zig=f"{cpu}-windows-gnu")


def macro(thing: str, start: str = "HAVE_") -> str:
    """autoconf's name of a macro, as `AS_TR_CPP` makes it: `*` becomes `P`."""
    return start + re.sub(r"[^A-Z0-9]", "_", thing.replace("*", "P").upper())


def words(text: str) -> list[str]:
    """What a list in the file of questions names; `;` divides things of several words."""
    divided = text.replace("\n", ";").split(";") if ";" in text else text.split()
    return sorted({word.strip() for word in divided} - {""})


def compiled(zig: Path, machine: Machine, source: str, *options: str) -> str:
    """What the compiler says of a text."""
    with tempfile.TemporaryDirectory() as folder:
        command = [str(zig), "cc", "-target", machine.zig, "-c", "-o", f"{folder}/a.o", "-xc", "-"]
        command += ["-ferror-limit=0", "-D_GNU_SOURCE", "-D_DARWIN_C_SOURCE", *options]
        done = subprocess.run(command, input=source, capture_output=True, text=True, check=False)
    return done.stderr


def includes() -> str:
    """The lines that include what there is of `PREAMBLE`."""
    one = "#if __has_include(<{0}>)\n#include <{0}>\n#endif\n"
    return "".join(one.format(name) for name in PREAMBLE)


def headers(zig: Path, machine: Machine, names: Iterable[str]) -> set[str]:
    """The headers that the preprocessor finds."""
    asked = "".join(f'#if __has_include(<{n}>)\n"has {n}"\n#endif\n' for n in names)
    shown = run(zig, "cc", "-E", "-target", machine.zig, "-xc", "-", text=asked)
    found = set(re.findall(r'^"has (\S+)"$', shown, re.M))
    return {name for name in found if not OF_A_CPU.search(name) or usable(zig, machine, name)}


def usable(zig: Path, machine: Machine, name: str) -> bool:
    """Whether the compiler takes a header; its own are there for every target."""
    return " error: " not in compiled(zig, machine, f"#include <{name}>\n")


def holding(zig: Path, machine: Machine, statements: Mapping[str, str]) -> set[str]:
    """The names of the statements that compile."""
    lines = [includes()]
    for number, statement in enumerate(statements.values(), 1):
        lines.append(
            f'#line {number * 10} "asked"\nvoid probe_{number}(void) {{\n{statement}\n}}\n'
        )
    said = compiled(zig, machine, "".join(lines), "-Wno-everything")
    outside = re.findall(r"^(?!asked)\S.*(?: fatal)? error: .*$", said, re.M)
    if outside:
        raise SystemExit(f"{machine.zig}: the headers do not compile together: {outside[:3]}")
    wrong = {int(n) // 10 for n in re.findall(r"^asked:(\d+):\d+: (?:fatal )?error:", said, re.M)}
    return {name for number, name in enumerate(statements, 1) if number not in wrong}


def statements_of(asked: Mapping[str, Any]) -> dict[str, str]:
    """Every question that the compiler answers, by an unambiguous name."""
    made = {f"snippet {name}": text for name, text in asked["snippets"].items()}
    for name in words(asked["declarations"]):
        made[f"decl {name}"] = f"#ifndef {name}\n(void) {name};\n#endif"
    for name in words(asked["types"]):
        made[f"type {name}"] = f"if (sizeof ({name})) return;"
    for name in words(asked["members"]):
        struct, _, member = name.partition(".")
        made[f"member {name}"] = f"{struct} x; (void) x.{member};"
    for name in words(asked["builtins"]):
        made[f"builtin {name}"] = f"(void) __builtin_{name}(1);"
    return made


def linked(zig: Path, target: str, names: Iterable[str]) -> set[str]:
    """The functions that the linker finds in the C library, as autoconf's `AC_CHECK_FUNCS` asks."""
    names = list(names)
    marked = "macos" in target or target.startswith("x86-windows")
    start = "_" if marked else ""
    lines = [f'extern char a{i} __asm__("{start}{name}");' for i, name in enumerate(names)]
    table = ", ".join(f"&a{i}" for i in range(len(names)))
    lines.append(f"void *volatile table[] = {{ {table} }};\nint main(void) {{ return !table[0]; }}")
    libraries = ["-lws2_32"] if "windows" in target else []
    with tempfile.TemporaryDirectory() as folder:
        command = [str(zig), "cc", "-target", target, "-O2", "-s", "-o", f"{folder}/a", "-xc", "-"]
        command += libraries
        done = subprocess.run(
            command, input="\n".join(lines), capture_output=True, text=True, check=False
        )
    missing = set(re.findall(r"undefined symbol: (\S+)", done.stderr))
    if done.returncode and not missing:
        raise SystemExit(f"{target}: {done.stderr[:2000]}")
    return {name for name in names if start + name not in missing}


class Reader:
    """Reads Zig's `abilists`: which function which port of glibc has, and since when."""

    def __init__(self, data: bytes) -> None:
        self.data, self.at = data, 0

    def byte(self) -> int:
        self.at += 1
        return self.data[self.at - 1]

    def text(self) -> str:
        start, self.at = self.at, self.data.index(0, self.at) + 1
        return self.data[start : self.at - 1].decode()

    def uleb128(self) -> int:
        number, shift = 0, 0
        while True:
            byte = self.byte()
            number |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return number


def glibc_functions(zig: Path) -> dict[str, dict[str, Version]]:
    """By Zig's name of a port, the functions that it has and the version that brought them."""
    reader = Reader((zig.parent / "lib/libc/glibc/abilists").read_bytes())
    for _ in range(reader.byte()):
        reader.text()  # the names of the libraries
    versions = [(reader.byte(), reader.byte(), reader.byte()) for _ in range(reader.byte())]
    ports = [reader.text() for _ in range(reader.byte())]
    count = reader.byte() | reader.byte() << 8
    found: dict[str, dict[str, Version]] = {port: {} for port in ports}
    name = ""
    for _ in range(count):
        name = name or reader.text()
        among, last = reader.uleb128(), reader.byte() & 128
        numbers = [reader.byte()]
        while not numbers[-1] & 128:
            numbers.append(reader.byte())
        first = min(versions[number & 127] for number in numbers)[:2]
        for bit, port in enumerate(ports):
            if among >> bit & 1:
                found[port][name] = min(first, found[port].get(name, first))
        name = "" if last else name
    return found


def musl_functions(zig: Path, machine: Machine) -> set[str]:
    """What Zig's musl exports on an architecture."""
    source = zig.parent / "lib/libc/musl/libc.S"
    cpu = machine.zig.split("-")[0].replace("x86", "i386").replace("i386_64", "x86_64")
    family = {"i386": "x86", "x86_64": "x86", "riscv64": "riscv"}.get(cpu, cpu)
    defines = [f"-DARCH_{cpu}", f"-DFAMILY_{family}"]
    defines += ["-DTIME32"] if machine.arch in ("i686", "armv7l") else ["-DPTR64"]
    command = [zig, "cc", "-E", "-P", "-target", machine.zig, *defines, "-xassembler-with-cpp"]
    text = run(*command, source)
    return set(re.findall(r"^\s*\.(?:globl|weak) (\w+)", text, re.M))


def functions_on(
    zig: Path, machine: Machine, names: list[str], glibc: Mapping[str, Mapping[str, Version]]
) -> tuple[set[str], dict[str, str]]:
    """The functions that a target has, and the first version of those that it has not always had."""
    if machine.libc == "musl":
        return musl_functions(zig, machine) & set(names), dict(MUSL_SINCE)
    if machine.os == "linux":
        port = {**glibc[machine.zig], **dict.fromkeys(STATIC, (2, 0))}
        start = min(glibc[machine.zig].values())
        newer = {name: first for name, first in port.items() if first > max(start, (2, 5))}
        return port.keys() & set(names), {n: ".".join(map(str, v)) for n, v in newer.items()}
    has = linked(zig, machine.zig, names)
    return has, macos_since(zig, machine, sorted(has)) if machine.os == "macos" else {}


def macos_since(zig: Path, machine: Machine, names: Iterable[str]) -> dict[str, str]:
    """The macOS that each function came with, where it is newer than the oldest target."""
    lines = [includes()]
    for number, name in enumerate(names, 1):
        lines.append(f'#line {number} "asked"\nvoid probe_{number}(void) {{ (void) &{name}; }}\n')
    said = compiled(zig, machine, "".join(lines), "-Wunguarded-availability")
    found = (
        r"'(\w+)' (?:is only available on|has been marked as being introduced in) macOS ([\d.]+)"
    )
    return dict(re.findall(found, said))


def sized(zig: Path, machine: Machine, types: Iterable[str]) -> Answers:
    """Sizes and alignments; a type that is not there has none."""
    asked = {name: f"(void) sizeof ({name});" for name in types if name != "void p"}
    there = holding(zig, machine, asked)
    lines = [includes()]
    for name in sorted(there):
        member = f"__builtin_offsetof (struct {{ char c; {name} x; }}, x)"
        lines.append(f"const int m_{macro(name, 'SIZEOF_')} = sizeof ({name});\n")
        lines.append(f"const int m_{macro(name, 'ALIGNOF_')} = {member};\n")
    options = ("-D_GNU_SOURCE", "-D_FILE_OFFSET_BITS=64", "-Wno-everything")
    found = measure(zig, machine.zig, "".join(lines), *options)
    return {name.lstrip("_").removeprefix("m_"): str(number) for name, number in found.items()}


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """What one target has."""

    answers: Answers
    """Macro to value."""
    floors: Mapping[str, str]
    """Macro to the first version of the libc, or of macOS, that has what it speaks of."""


def told(
    asked: Mapping[str, Any], has: Iterable[str], there: Iterable[str], true: set[str]
) -> Iterator[tuple[str, str, str]]:
    """Each macro that is defined, its value, and the thing that it stands or falls with."""
    for name in (*has, *there):
        yield macro(name), "1", name
    for name in words(asked["declarations"]):
        yield macro(name, "HAVE_DECL_"), str(int(f"decl {name}" in true)), name
    for question in sorted(true):
        kind, _, thing = question.partition(" ")
        if kind == "snippet":
            yield thing, "1", thing.removeprefix("HAVE_").lower()
        elif kind == "builtin":
            for start in BUILTIN:
                yield macro(thing, start), "1", thing
        elif kind in ("type", "member"):
            yield macro(thing), "1", thing.partition(".")[0]


def found_on(
    zig: Path,
    machine: Machine,
    asked: Mapping[str, Any],
    glibc: Mapping[str, Mapping[str, Version]],
) -> Found:
    """Ask one target everything."""
    has, since = functions_on(zig, machine, words(asked["functions"]), glibc)
    there = headers(zig, machine, words(asked["headers"]))
    true = holding(zig, machine, statements_of(asked))
    answers = sized(zig, machine, words(asked["sizes"])) | dict(asked["fixed"])
    floors: dict[str, str] = {}
    for name, value, thing in told(asked, has, there, true):
        answers[name] = value
        if first := since.get(BOUND.get(thing, thing)):
            floors[name] = first
    answers |= asked["fixed-on"].get(machine.os, {})
    if machine.arch in ("i686", "armv7l") and machine.libc == "gnu":
        answers["_FILE_OFFSET_BITS"] = "64"
    return Found(answers={n: v for n, v in answers.items() if v}, floors=floors)


def rows(found: Mapping[Machine, Found]) -> list[tuple[str, dict[str, Any], str]]:
    """What is true where, with all names of the same answer in one row."""
    groups: dict[tuple[str, str], list[str]] = defaultdict(list)
    arches = sorted({m.arch for m in found})
    names = sorted({name for one in found.values() for name in one.answers})
    for name in names:
        merged: dict[tuple[str, str], dict[str, str]] = defaultdict(dict)
        holders: dict[tuple[str, str, str], list[str]] = defaultdict(list)
        for machine, one in found.items():
            if name in one.answers:
                floor = one.floors.get(name, "")
                holders[one.answers[name], machine.libc, floor].append(machine.arch)
        for (value, libc, floor), among in holders.items():
            every = sorted(among) == sorted(m.arch for m in found if m.libc == libc)
            arch = "" if every else " ".join(sorted(among))
            merged[value, arch].setdefault(libc, floor)
            if merged[value, arch][libc] != floor:
                raise SystemExit(f"{name}: {value} since {floor} and {merged[value, arch][libc]}")
        for (value, arch), floors in merged.items():
            when: dict[str, Any] = {"arch": arch.split()} if arch else {}
            if any(floors.values()) or floors.keys() != {m.libc for m in found}:
                when |= dict(sorted(floors.items()))
            groups[value, json.dumps(when)].append(name)
    if len(arches) < 2:
        raise SystemExit("an operating system with one architecture alone was not thought of")
    return [(value, json.loads(when), " ".join(of)) for (value, when), of in sorted(groups.items())]


def every_name(asked: Mapping[str, Any]) -> set[str]:
    """The macros that there is an answer to, if it is only that there is no such thing."""
    names = {
        macro(n)
        for kind in ("headers", "functions", "types", "members")
        for n in words(asked[kind])
    }
    names |= {macro(n, "HAVE_DECL_") for n in words(asked["declarations"])}
    for start in BUILTIN:
        names |= {macro(n, start) for n in words(asked["builtins"])}
    for start in ("SIZEOF_", "ALIGNOF_"):
        names |= {macro(n, start) for n in words(asked["sizes"])}
    tables = [asked["snippets"], asked["fixed"], *asked["fixed-on"].values()]
    return names.union(*tables)


def main() -> None:
    """Write the file."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--zig", type=Path, required=True)
    given = parser.parse_args()
    asked = parse(QUESTIONS.read_text(encoding="utf-8"))
    glibc = glibc_functions(given.zig)
    found = {}
    for machine in machines():
        found[machine] = found_on(given.zig, machine, asked, glibc)
        print(f"{machine.zig}: {len(found[machine].answers)} answers")
    lines = [f' "names": {json.dumps(" ".join(sorted(every_name(asked))))}']
    for system in ("linux", "macos", "windows"):
        made = rows({m: one for m, one in found.items() if m.os == system})
        body = ",\n".join(f"  {json.dumps(row)}" for row in made)
        lines.append(f' "{system}": [\n{body}\n ]')
    FACTS.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


if __name__ == "__main__":
    main()

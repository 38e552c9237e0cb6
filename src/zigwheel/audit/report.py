"""What an audit finds: findings, each with a code, and the report of one wheel."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal, TypeAlias

from zigwheel.errors import AuditError

Severity: TypeAlias = Literal["error", "warning"]

ERRORS: Mapping[str, str] = MappingProxyType(
    {
        "archive": "It is no readable zip archive, or an entry of it is damaged or encrypted.",
        "name": "The file's name is not that of a wheel (PEP 427).",
        "path": "An entry would leave the folder that it is installed into.",
        "duplicate": "An entry is there twice, so that it depends on the installer which one counts.",
        "metadata": "`METADATA` or `WHEEL` is missing, or says something else than the file's name.",
        "tags": "The tags in `WHEEL` are not those of the file's name.",
        "purelib": "`Root-Is-Purelib` or the tag `any` says that nothing is compiled, but something is.",
        "record": "`RECORD` does not list every file with its size and a hash that fits.",
        "unreadable": "A compiled file is damaged, or hides what it needs.",
        "format": "A compiled file is for another operating system than the tag's.",
        "machine": "A compiled file is for another machine than the tag's.",
        "slice": "A file holds no code for one of the machines that the tag names.",
        "libc": "A file is linked with another C library than the tag's.",
        "floor": "A file asks for something newer than the oldest system that the tag promises.",
        "library": "A library is loaded that neither the wheel nor every system of the tag has.",
        "private-symbol": "A symbol is used that only some of the tag's systems have, without a version.",
        "unresolved": "A symbol is used in a file that zigwheel linked, and nothing will define it.",
        "python-library": "A file is linked with a Python library that is not the tag's.",
        "init": "An extension module does not export its init function, so it cannot be imported.",
        "suffix": "An extension module's file name is for another Python or platform than the tag's.",
        "abi3": "A symbol is used that is not in the stable ABI, which the tag or the name promises.",
        "abi3-version": "A symbol is used that the stable ABI has only since a newer Python.",
        "build-path": "A folder of the machine that built the wheel is named in a file.",
        "runpath": "Libraries are searched for in a folder that only some machines have.",
        "exec-stack": "A file asks for a stack that can be run; newer systems refuse to load it.",
        "textrel": "The loader has to write into a file's code; hardened systems refuse that.",
        "writable-code": "A file wants memory that can be both written and run.",
        "signature": "Code for Apple's ARM machines is not signed, or the signature does not fit it.",
    }
)
"""Codes for which a wheel is refused."""

WARNINGS: Mapping[str, str] = MappingProxyType(
    {
        "case": "Two entries differ in nothing but case, and some disks cannot tell them apart.",
        "platform": "zigwheel knows nothing of a tag's platform, so its files were not held against it.",
        "purelib-unset": "Nothing is compiled, but the tag or `Root-Is-Purelib` says otherwise.",
        "open": "A symbol is used that no library brings, so that the interpreter would have to have it.",
        "stray": "A compiled file that Python does not load is for another machine than the tag's.",
        "machine-path": "A file names a folder that looks like one of the machine that built it.",
        "relro": "What the loader has relocated stays writable (no RELRO).",
        "aslr": "A file can lie at one address alone, or its data can be run (no ASLR, no NX).",
    }
)
"""Codes of what can be meant so."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """One thing that is wrong with a wheel, or may be."""

    code: str
    """Its kind, one of those that the reference page lists."""
    place: str
    """Path in the wheel, with the machine where a file is for several; empty for the whole wheel."""
    message: str
    """What is wrong, with the value quoted."""
    hint: str = ""
    """The next step; empty where the message already says it."""
    symbols: tuple[str, ...] = ()
    """The symbols that it is about."""

    @property
    def severity(self) -> Severity:
        """A wheel with an error is refused."""
        return "error" if self.code in ERRORS else "warning"

    @property
    def error(self) -> AuditError:
        """The finding as what stops a build."""
        place = f"`{self.place}` " if self.place else "the wheel "
        return AuditError(f"{place}{self.message}", hint=self.hint)

    def __str__(self) -> str:
        place = f"{self.place} " if self.place else ""
        hint = f"\n    hint: {self.hint}" if self.hint else ""
        return f"{self.severity}[{self.code}]: {place}{self.message}{hint}"


@dataclass(frozen=True, kw_only=True, slots=True)
class AuditedFile:
    """One architecture's code in a compiled file."""

    path: str
    """Path in the wheel."""
    format: str
    """`ELF`, `Mach-O` or `PE`."""
    machine: str
    """Architecture; empty where it is not known."""
    libraries: tuple[str, ...]
    """What is loaded with it."""
    needs: tuple[str, ...]
    """The oldest system that has what it asks for, such as `GLIBC_2.14`, `GLIBCXX_3.4.19`, `macOS 11.0`."""


@dataclass(frozen=True, kw_only=True, slots=True)
class AuditReport:
    """What an audit of one wheel found."""

    wheel: str
    """The file's name."""
    tags: tuple[str, ...]
    """What it promises: the expanded tags of its name, sorted."""
    files: tuple[AuditedFile, ...]
    """Its compiled files, sorted by path."""
    findings: tuple[Finding, ...]
    """What was found: errors first, by path."""

    @property
    def errors(self) -> tuple[Finding, ...]:
        """What the wheel is refused for."""
        return tuple(f for f in self.findings if f.severity == "error")

    @property
    def refused(self) -> bool:
        """Whether the wheel does not keep what it promises."""
        return bool(self.errors)

    def as_dict(self) -> dict[str, object]:
        """The report as plain values for JSON; keys are only ever added to this form."""
        from dataclasses import asdict

        return {
            "wheel": self.wheel,
            "verdict": "refused" if self.refused else "kept",
            "tags": list(self.tags),
            "files": [asdict(file) for file in self.files],
            "findings": [{"severity": f.severity, **asdict(f)} for f in self.findings],
        }

    def __str__(self) -> str:
        warnings = len(self.findings) - len(self.errors)
        counts = [f"{len(self.files)} compiled file{'s' * (len(self.files) != 1)}"]
        if self.errors:
            counts.append(f"{len(self.errors)} error{'s' * (len(self.errors) != 1)}")
        if warnings:
            counts.append(f"{warnings} warning{'s' * (warnings != 1)}")
        lines = [f"{self.wheel}: {'refused' if self.refused else 'kept'} ({', '.join(counts)})"]
        lines += [f"  {finding}" for finding in self.findings]
        return "\n".join(lines)


def listed(names: Sequence[str], *, most: int = 8) -> str:
    """Names for a message, the rest of a long list left out."""
    return ", ".join(names[:most]) + (", ..." if len(names) > most else "")


def ordered(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Findings each once, errors first, then by path."""
    unique = dict.fromkeys(findings)
    return tuple(sorted(unique, key=lambda f: (f.severity, f.place, f.code, f.message)))

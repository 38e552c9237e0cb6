"""Manifests with every state that there is, and with foreign text of the worst kind."""

from __future__ import annotations

from zigwheel.matrix.model import LeftOut, Manifest, SdistResult, TestPlan, TestResult, WheelResult

HOSTILE = "core.c:3:9: error: </script><img src=x onerror=alert(1)> \x1b[31m\x00 & 'quoted' ]]>"

TARGETS = ("manylinux_x86_64", "musllinux_aarch64", "macosx_arm64", "win_amd64")
PYTHONS = ("cp39", "cp311", "cp313")


def wheel(python: str, target: str, number: int) -> WheelResult:
    """A wheel that was built; its test passed where it is one for Linux."""
    identifier = f"{python}-{target}"
    passed = "linux" in target
    test = TestResult(
        identifier=identifier,
        state="passed" if passed else "not tested",
        reason="" if passed else "no interpreter for it on this machine",
        interpreter="CPython 3.13.5" if passed else "",
        seconds=0.5,
    )
    return WheelResult(
        identifier=identifier,
        serves=(identifier,),
        state="built",
        file=f"demo-1.0-{python}-{python}-{target}.whl",
        size=1000 * (number + 1),
        sha256=f"{number:064x}",
        seconds=0.1 * number,
        cpu_seconds=0.1 * number,
        memory=2**27,
        tests=(test,),
    )


def failed(python: str, target: str) -> WheelResult:
    """A wheel that could not be built."""
    identifier = f"{python}-{target}"
    return WheelResult(
        identifier=identifier, serves=(identifier,), state="failed", error=HOSTILE, seconds=0.3
    )


def everything() -> Manifest:
    """Built, reused, failed, passed, not tested, test failed, left out."""
    wheels = [wheel(p, t, i) for i, (t, p) in enumerate((t, p) for t in TARGETS for p in PYTHONS)]
    wheels[-1] = failed("cp313", "win_amd64")
    bad = TestResult(
        identifier="cp39-manylinux_x86_64",
        state="failed",
        reason="AssertionError: 1 != 2",
        output=f"Traceback\n{HOSTILE}",
        interpreter="CPython 3.9",
    )
    first = wheels[0]
    wheels[0] = WheelResult(
        identifier=first.identifier,
        serves=first.serves,
        state="built",
        file=first.file,
        size=first.size,
        sha256=first.sha256,
        reused=True,
        warnings=("core.c: warning: unused",),
        tests=(bad,),
    )
    return Manifest(
        name="demo",
        version="1.0",
        zigwheel="0.1",
        zig="0.16.0",
        sdist=SdistResult(file="demo-1.0.tar.gz", size=5000, sha256="ab" * 32),
        wheels=tuple(wheels),
        left_out=(LeftOut(identifier="cp313-win32", reason="`skip` names it"),),
        plans=tuple(TestPlan(identifier=w.identifier) for w in wheels),
        complete=True,
    )

"""Every spelling of a platform that zigwheel knows and can't build for says what is missing."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.target.machines import machine
from tests.target.test_parse import resolve
from zigwheel.errors import TargetError

WASI = (
    "WASI is not supported: wheels have no tag for it, and its CPython loads no extension modules"
)
SIDE = "is not supported: its side modules need Emscripten's own compiler and linker"
BIONIC = (
    "Android is not supported: its C library, bionic, comes with Android's NDK and not with Zig"
)
XCODE = "is not supported: its C library comes with Apple's Xcode and not with Zig"
NO_WHEELS = "is not supported: PyPI takes no wheels for it"

SPELLINGS = {
    WASI: (
        "wasm32-wasi",
        "wasm32-wasip1",
        "wasm32-wasi-musl",
        "wasi-0.0.0-wasm32",
        "wasi_0_0_0_wasm32",
        "cp313-wasi_wasm32",
    ),
    f"Emscripten {SIDE}": (
        "wasm32-emscripten",
        "wasm32-unknown-emscripten",
        "emscripten_3_1_58_wasm32",
        "emscripten-3.1.58-wasm32",
        "cp313-cp313-emscripten_4_0_9_wasm32",
    ),
    f"Pyodide {SIDE}": (
        "pyodide_2025_0_wasm32",
        "pyemscripten_2026_0_wasm32",
        "cp313-pyodide_wasm32",
        "cp313-cp313-pyodide_2025_0_wasm32",
        "cp314-cp314-pyemscripten_2026_0_wasm32",
    ),
    BIONIC: (
        "aarch64-linux-android",
        "aarch64-linux-android.29",
        "aarch64-unknown-linux-android",
        "arm-linux-androideabi",
        "armv7a-linux-androideabi21",
        "android_21_arm64_v8a",
        "android-21-arm64_v8a",
        "cp313-android_arm64_v8a",
        "cp313-cp313-android_21_x86_64",
    ),
    f"iOS {XCODE}": (
        "aarch64-ios",
        "aarch64-ios.13.0-simulator",
        "aarch64-apple-ios",
        "arm64-apple-ios13.0-simulator",
        "ios_13_0_arm64_iphoneos",
        "ios-13.0-arm64-iphonesimulator",
        "cp313-ios_arm64_iphoneos",
        "cp314-cp314-ios_13_0_x86_64_iphonesimulator",
    ),
    f"tvOS {XCODE}": ("aarch64-tvos", "arm64-apple-tvos"),
    f"watchOS {XCODE}": ("aarch64-watchos",),
    f"visionOS {XCODE}": ("aarch64-visionos",),
    f"FreeBSD {NO_WHEELS}": (
        "x86_64-freebsd",
        "x86_64-unknown-freebsd14.1",
        "freebsd_14_1_release_amd64",
        "freebsd-14.1-RELEASE-amd64",
        "cp311-cp311-freebsd_14_1_release_amd64",
    ),
    f"OpenBSD {NO_WHEELS}": ("x86_64-openbsd", "openbsd_7_6_amd64"),
    f"NetBSD {NO_WHEELS}": ("x86_64-netbsd",),
    f"DragonFly BSD {NO_WHEELS}": ("x86_64-dragonfly",),
    f"Solaris {NO_WHEELS}": ("x86_64-solaris", "solaris_2_11_i86pc"),
    f"illumos {NO_WHEELS}": ("x86_64-illumos",),
    f"AIX {NO_WHEELS}": ("aix_7202_2015_64",),
    f"WebAssembly {SIDE}": ("wasm32-freestanding", "manylinux_2_28_wasm32"),
    f"Cygwin {NO_WHEELS}": ("x86_64-cygwin", "x86_64-pc-cygwin", "cygwin_3_5_3_x86_64"),
}
CASES = [(text, said) for said, texts in SPELLINGS.items() for text in texts]


@pytest.mark.parametrize(("text", "said"), CASES)
def test_every_spelling(text: str, said: str) -> None:
    with pytest.raises(TargetError) as raised:
        resolve(text)
    assert raised.value.message == f"target `{text}`: {said}"
    assert raised.value.hint.startswith("zigwheel builds for Linux")


@pytest.mark.parametrize(
    ("system", "said"),
    [
        ("wasi", WASI),
        ("emscripten", f"Emscripten {SIDE}"),
        ("android", BIONIC),
        ("ios", f"iOS {XCODE}"),
        ("freebsd14", f"FreeBSD {NO_WHEELS}"),
        ("openbsd7", f"OpenBSD {NO_WHEELS}"),
        ("sunos5", f"Solaris {NO_WHEELS}"),
        ("aix7", f"AIX {NO_WHEELS}"),
        ("cygwin", f"Cygwin {NO_WHEELS}"),
    ],
)
def test_the_machine_is_one(system: str, said: str) -> None:
    """The words of `sys.platform`; another target may still be named there."""
    host = replace(machine(libc="none", libc_version=None), os=system)
    with pytest.raises(TargetError) as raised:
        resolve(host=host)
    assert raised.value.message == f"this machine: {said}"
    assert resolve("cp313-manylinux_x86_64", host=host).triple.os == "linux"


@pytest.mark.parametrize(
    "platform", ["ios-13.0-arm64-iphoneos", "android-21-arm64_v8a", "emscripten-4.0.9-wasm32"]
)
def test_a_cross_build_for_one(platform: str) -> None:
    """Build environments for these name their target in `_PYTHON_HOST_PLATFORM`."""
    with pytest.raises(TargetError) as raised:
        resolve(environ={"_PYTHON_HOST_PLATFORM": platform})
    assert raised.value.message.startswith(f"_PYTHON_HOST_PLATFORM `{platform}`: ")
    assert "is not supported: its" in raised.value.message

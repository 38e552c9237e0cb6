from __future__ import annotations

import pytest

from zigwheel.plan.cpus import assembler_args, cpu_arg_error, features_of, foreign, machine_args

FLAGS = {
    "-mavx2": "x86_64 i686",
    "-mno-avx": "x86_64 i686",
    "-march=haswell": "x86_64 i686",
    "-march=x86-64-v3": "x86_64 i686",
    "-march=armv8.2-a+dotprod": "aarch64 armv7l",
    "-march=armv8-a+simd": "aarch64 armv7l",
    "-march=armv7-a": "armv7l",
    "-mcpu=neoverse-n1": "aarch64",
    "-mfpu=neon": "armv7l",
    "-mfloat-abi=hard": "armv7l",
    "-mcpu=power9": "ppc64le",
    "-mcpu=pwr9": "ppc64le",
    "-mvsx": "ppc64le",
    "-march=z13": "s390x",
    "-mzvector": "s390x",
    "-march=rv64gcv": "riscv64",
    "-march=rv64imafdcv_zba1p0_zbb": "riscv64",
    "-mlasx": "loongarch64",
    "-msimd128": "",
}
ARCHES = "x86_64 i686 aarch64 armv7l ppc64le s390x riscv64 loongarch64".split()


@pytest.mark.parametrize("arch", ARCHES)
@pytest.mark.parametrize("flag", FLAGS)
def test_each_flag_has_its_architectures(flag: str, arch: str) -> None:
    assert foreign(flag, arch) is (arch not in FLAGS[flag].split())
    assert (machine_args([flag], arch, dispatch=False) == ()) >= foreign(flag, arch)
    assert cpu_arg_error(flag, arch, "x") is None


@pytest.mark.parametrize("arch", ARCHES)
@pytest.mark.parametrize(
    "flag", ["-O3", "-Wall", "-mcmodel=large", "-fno-math-errno", "-m64", "-DX=1"]
)
def test_other_flags_are_for_all(flag: str, arch: str) -> None:
    assert machine_args([flag], arch, dispatch=False) == (flag,)
    assert assembler_args([flag], arch) == (flag,)


@pytest.mark.parametrize(
    ("flag", "arch", "expected"),
    [
        ("-march=armv8-a+crc+nocrc", "aarch64", "+el2vmsa +el3 +v8a"),
        ("-march=armv8-a+crypto", "armv7l", "+v8 +d32 +neon +aes +sha2"),
        ("-mno-vsx", "ppc64le", "-vsx"),
        ("-mcpu=power9", "ppc64le", "+isa-v30-instructions +power9-altivec +power9-vector"),
        ("-mvx", "s390x", "+vector"),
        ("-march=rv64gc_zba", "riscv64", "+m +a +f +d +c +zba"),
        ("-mlasx", "loongarch64", "+lasx"),
        ("-mfpu=vfpv3-d16", "armv7l", ""),
    ],
)
def test_features(flag: str, arch: str, expected: str) -> None:
    found = features_of(flag, arch)
    assert found is not None
    if flag.startswith("-march=rv"):
        assert set(expected.split()) <= set(found)
    else:
        assert " ".join(found) == expected


def test_assembly_keeps_its_own() -> None:
    flags = ["-march=armv8.2-a+sha3", "-mavx2", "-march=z13"]
    assert assembler_args(flags, "aarch64") == ("-march=armv8.2-a+sha3",)


@pytest.mark.parametrize(
    ("flag", "arch", "hint"),
    [
        ("-march=hasswell", "x86_64", "-march=haswell"),
        ("-march=armv8.22-a", "aarch64", "-march=armv8.2-a"),
        ("-mcpu=power99", "ppc64le", "SIMD"),
        ("-march=armv8-a+unknown", "aarch64", "SIMD"),
        ("-march=rv64gcq_zzz", "riscv64", "SIMD"),
        ("-mfpu=nein", "armv7l", "-mfpu=neon"),
    ],
)
def test_what_no_architecture_has(flag: str, arch: str, hint: str) -> None:
    error = cpu_arg_error(flag, arch, "place")
    assert error is not None
    assert f"`place`: '{flag}' names nothing that {arch} has" in error.message
    assert hint in error.hint or hint == "SIMD"

"""What is passed over in a judge's report, and nothing beyond it."""

from __future__ import annotations

import json

import pytest

from tests.judges import only_hooks


def report(*symbols: str, compatible: bool = True) -> str:
    """What abi3audit says of a wheel with one module."""
    result = {"is_abi3_baseline_compatible": compatible, "non_abi3_symbols": symbols}
    wheel = {"kind": "wheel", "wheel": [{"name": "_c.abi3t.so", "result": result}]}
    return json.dumps({"specs": {"a.whl": wheel}}) + " 1 ABI violations found"


@pytest.mark.parametrize(
    ("said", "passed"),
    [
        (report("PyModExport__c"), True),
        (report("PyModExport__other"), False),
        (report("PyModExport__c", "_PyObject_New"), False),
        (report("PyModExport__c", compatible=False), False),
        ("", False),
        ("it crashed", False),
        ('{"specs": {"a.whl": {"kind": "wheel", "wheel": []}}}', False),
    ],
)
def test_own_hooks_of_modules_are_passed_over(said: str, passed: bool) -> None:
    assert only_hooks(said) == passed

"""JUnit's XML, as Jenkins, GitLab and others read it: each build and each test is a test case.

Source: the schema `junit-10.xsd` of Jenkins' plugin xUnit.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from zigwheel.matrix.model import Manifest, WheelResult
from zigwheel.matrix.report.cells import Cell, cells_of
from zigwheel.matrix.report.words import cleaned, split, told

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element


def junit_xml(manifest: Manifest) -> str:
    """The document."""
    from xml.etree import ElementTree

    builds = [build_case(manifest, wheel) for wheel in manifest.wheels]
    tests = [test_case(manifest, cell) for wheel in manifest.wheels for cell in cells_of(wheel)]
    name = f"{manifest.name} {manifest.version}"
    root = ElementTree.Element("testsuites", counts([*builds, *tests], name, skipped=False))
    for title, cases in (("build", builds), ("test", tests)):
        suite = ElementTree.SubElement(root, "testsuite", counts(cases, f"{name}: {title}"))
        suite.extend(cases)
    ElementTree.indent(root, " ")
    body = ElementTree.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{body}\n'


def build_case(manifest: Manifest, wheel: WheelResult) -> Element:
    """A build."""
    case = case_of(manifest, "build", wheel.identifier, wheel.seconds)
    if wheel.state == "failed":
        add(case, "error", wheel.error, message=told(wheel.error), type="build")
    elif wheel.state == "not built":
        add(case, "skipped", message="the run was ended before")
    if wheel.warnings:
        add(case, "system-err", "\n".join(wheel.warnings))
    return case


def test_case(manifest: Manifest, cell: Cell) -> Element:
    """A test, or why there is none."""
    test = cell.test
    case = case_of(manifest, "test", cell.identifier, test.seconds if test else 0)
    if test and test.state == "failed":
        text = "\n".join(part for part in (test.interpreter, test.output) if part)
        add(case, "failure", text, message=cleaned(test.reason), type="test")
    elif cell.state == "build failed":
        add(case, "skipped", message="its wheel could not be built")
    elif cell.state != "passed":
        add(case, "skipped", message=cell.reason)
    elif test:
        add(case, "system-out", "\n".join(part for part in (test.interpreter, test.output) if part))
    return case


def case_of(manifest: Manifest, step: str, identifier: str, seconds: float) -> Element:
    """A test case: the class is the platform, so that readers put a platform's cases together."""
    from xml.etree import ElementTree

    place = f"{manifest.name}.{step}.{split(identifier)[1]}"
    words = {"name": identifier, "classname": cleaned(place), "time": f"{seconds:.3f}"}
    return ElementTree.Element("testcase", words)


def add(parent: Element, name: str, text: str = "", **attributes: str) -> None:
    """An element in a test case."""
    from xml.etree import ElementTree

    words = {key: cleaned(value) for key, value in attributes.items()}
    child = ElementTree.SubElement(parent, name, words)
    if text:
        child.text = cleaned(text)


def counts(cases: list[Element], name: str, *, skipped: bool = True) -> dict[str, str]:
    """The attributes of a suite; that of all suites has no count of what was skipped."""
    sums = {
        "tests": len(cases),
        "failures": sum(case.find("failure") is not None for case in cases),
        "errors": sum(case.find("error") is not None for case in cases),
    }
    if skipped:
        sums["skipped"] = sum(case.find("skipped") is not None for case in cases)
    time = sum(float(case.get("time", "0")) for case in cases)
    words = {key: str(number) for key, number in sums.items()}
    return {"name": cleaned(name), **words, "time": f"{time:.3f}"}

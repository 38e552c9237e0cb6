"""Which variables of the user's environment reach the tools that install, and which reach a test."""

from __future__ import annotations

from collections.abc import Mapping

STEERING = ("PYTHON", "LD_", "DYLD_", "__PYVENV", "CONDA_", "PIPX_", "ZIGWHEEL_")
"""Beginnings of variables by which another Python, or other libraries than its own, would be found."""

LEAKS = frozenset(
    {"VIRTUAL_ENV", "VIRTUAL_ENV_PROMPT", "PIP_REQUIRE_VIRTUALENV", "PIP_TARGET", "PIP_USER"}
)

PASSED = frozenset(
    """
    PATH LANG LANGUAGE LC_ALL LC_CTYPE TZ TERM USER LOGNAME SHELL CI NUMBER_OF_PROCESSORS
    HTTP_PROXY HTTPS_PROXY NO_PROXY ALL_PROXY SSL_CERT_FILE SSL_CERT_DIR REQUESTS_CA_BUNDLE
    SYSTEMROOT SYSTEMDRIVE WINDIR COMSPEC PATHEXT OS PUBLIC ALLUSERSPROFILE PROGRAMDATA
    PROGRAMFILES PROGRAMFILES(X86) PROGRAMW6432 COMMONPROGRAMFILES COMMONPROGRAMFILES(X86)
    COMMONPROGRAMW6432 PROCESSOR_ARCHITECTURE PROCESSOR_IDENTIFIER PROCESSOR_LEVEL
    PROCESSOR_REVISION
    """.split()
)
"""What a test gets of the user's environment, in capitals; proxies are also written in small letters.

A test is foreign code: it is given no token that a runner holds. What it needs besides, a plan names.
"""


def for_tools(environ: Mapping[str, str]) -> dict[str, str]:
    """The environment of the tools that make environments and install: the user's, without leaks."""
    return {
        name: value
        for name, value in environ.items()
        if name not in LEAKS and not name.startswith(STEERING)
    }


def for_tests(environ: Mapping[str, str]) -> dict[str, str]:
    """What a test gets of the user's environment."""
    return {name: value for name, value in environ.items() if name.upper() in PASSED}

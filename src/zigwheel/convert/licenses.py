"""Licences as people write them, as SPDX expressions (PEP 639). Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

NAMES = {
    "mit": "MIT",
    "mit license": "MIT",
    "the mit license": "MIT",
    "bsd-3": "BSD-3-Clause",
    "bsd 3-clause": "BSD-3-Clause",
    "3-clause bsd": "BSD-3-Clause",
    "new bsd": "BSD-3-Clause",
    "modified bsd": "BSD-3-Clause",
    "bsd 2-clause": "BSD-2-Clause",
    "simplified bsd": "BSD-2-Clause",
    "apache": "Apache-2.0",
    "apache 2": "Apache-2.0",
    "apache 2.0": "Apache-2.0",
    "apache license 2.0": "Apache-2.0",
    "apache license, version 2.0": "Apache-2.0",
    "apache software license": "Apache-2.0",
    "apache software license 2.0": "Apache-2.0",
    "mpl 2.0": "MPL-2.0",
    "psf": "PSF-2.0",
    "python software foundation license": "PSF-2.0",
    "zpl 2.1": "ZPL-2.1",
    "isc": "ISC",
    "isc license (iscl)": "ISC",
    "lgplv3": "LGPL-3.0-only",
    "lgplv3+": "LGPL-3.0-or-later",
    "lgplv2.1+": "LGPL-2.1-or-later",
    "gplv2": "GPL-2.0-only",
    "gplv2+": "GPL-2.0-or-later",
    "gplv3": "GPL-3.0-only",
    "gplv3+": "GPL-3.0-or-later",
    "public domain": "LicenseRef-Public-Domain",
    "unlicense": "Unlicense",
}
"""Common words, in small letters, to what SPDX calls them."""

CLASSIFIERS = {
    "MIT License": "MIT",
    "Apache Software License": "Apache-2.0",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "Mozilla Public License 1.1 (MPL 1.1)": "MPL-1.1",
    "Python Software Foundation License": "PSF-2.0",
    "Zope Public License": "ZPL-2.1",
    "ISC License (ISCL)": "ISC",
    "zlib/libpng License": "Zlib",
    "GNU Lesser General Public License v3 (LGPLv3)": "LGPL-3.0-only",
    "GNU Lesser General Public License v3 or later (LGPLv3+)": "LGPL-3.0-or-later",
    "GNU General Public License v2 (GPLv2)": "GPL-2.0-only",
    "GNU General Public License v2 or later (GPLv2+)": "GPL-2.0-or-later",
    "GNU General Public License v3 (GPLv3)": "GPL-3.0-only",
    "GNU General Public License v3 or later (GPLv3+)": "GPL-3.0-or-later",
    "Boost Software License 1.0 (BSL-1.0)": "BSL-1.0",
    "The Unlicense (Unlicense)": "Unlicense",
}
"""Last parts of trove classifiers that stand for one licence."""

PREFIX = "License :: "


def expression(text: str, classifiers: Iterable[str], texts: Sequence[str]) -> str:
    """The SPDX expression for what a project says, or nothing where that is not certain.

    `text` is the free text of `License`, `classifiers` are all of the project's, `texts` the licence
    files: which of the BSD licences is meant stands there alone.
    """
    if found := spdx(text):
        return found
    named = [c.rpartition(" :: ")[2] for c in classifiers if c.startswith(PREFIX)]
    named = [name for name in named if name != "OSI Approved"]
    found_all = [
        CLASSIFIERS.get(name) or (bsd(texts) if name == "BSD License" else "") for name in named
    ]
    if not named and "bsd" in text.lower():
        return bsd(texts)
    return " OR ".join(dict.fromkeys(found_all)) if found_all and all(found_all) else ""


def spdx(text: str) -> str:
    """A free text as an expression, where it is one or a common name of one."""
    from packaging.licenses import InvalidLicenseExpression, canonicalize_license_expression

    plain = re.sub(r"\s+", " ", text.strip())
    if not plain or len(plain) > 100:
        return ""
    words = plain.lower().removesuffix(" license")
    choice = NAMES.get(plain.lower()) or NAMES.get(words) or plain
    try:
        return str(canonicalize_license_expression(choice))
    except InvalidLicenseExpression:
        return ""


def bsd(texts: Iterable[str]) -> str:
    """The BSD licence whose text is among `texts`."""
    for text in texts:
        plain = re.sub(r"\s+", " ", text)
        if "Redistribution and use in source and binary forms" in plain:
            own = re.search(r"(?i)neither the names? of|may not be used to endorse", plain)
            return "BSD-3-Clause" if own else "BSD-2-Clause"
    return ""

"""Runs all checks, prints what came of them as JSON, and ends with 1 if one has failed."""

import json
import struct
import sys
import traceback

from exercise import _c, _cxx, c, cxx, rig


def outcome(function):
    """`ok`, or what went wrong."""
    try:
        function()
    except Exception as error:  # whatever it is, the other checks are run
        where = traceback.extract_tb(error.__traceback__)[-1]
        return f"{type(error).__name__}: {error} ({where.name}:{where.lineno})"
    return "ok"


def without_gil():
    """Whether this Python runs without the GIL, even now that the modules are loaded."""
    return not getattr(sys, "_is_gil_enabled", lambda: True)()


def main():
    """Run everything."""
    results = {name: outcome(function) for name, function in sorted(rig.CHECKS.items())}
    for module in (_c, _cxx):
        for name in module.names():
            if (module.__name__, name) not in rig.RAN:
                results[f"{module.__name__}.{name}"] = "was not called"
    good = all(result == "ok" for result in results.values())
    about = {
        "version": sys.version.split()[0],
        "implementation": sys.implementation.name,
        "bits": struct.calcsize("P") * 8,
        "byteorder": sys.byteorder,
        "platform": sys.platform,
        "without GIL": without_gil(),
        "files": [module.__file__.replace("\\", "/").rpartition("/")[2] for module in (_c, _cxx)],
        "long double": c.mantissa(),
    }
    print(json.dumps({"ok": good, "about": about, "results": results}))
    return 0 if good else 1


assert cxx  # its checks are in the rig now
sys.exit(main())

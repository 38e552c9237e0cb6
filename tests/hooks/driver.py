"""Calls one hook as a front end does: `driver.py HOOK ARGUMENTS`, both ways in JSON."""

import json
import signal
import sys

# a shell starts what runs in its background with SIGINT ignored, and a child inherits that
signal.signal(signal.SIGINT, signal.default_int_handler)

del sys.path[0]  # this folder, which is no part of a build environment

from zigwheel import build  # noqa: E402

print(json.dumps(getattr(build, sys.argv[1])(*json.loads(sys.argv[2]))))

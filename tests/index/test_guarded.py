"""What an index allows: so many requests, so many builds, and no network for the code of others."""

from __future__ import annotations

import os
import shutil
import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import requests

from tests.foreign.cache import cache_root
from tests.index.conftest import Make, Served, twine
from tests.index.test_install import HERE, native
from tests.index.test_upload import WHEEL, post, wheel
from tests.recipe.conftest import EXAMPLES, Built, built, run
from zigwheel.errors import ConfigError
from zigwheel.index.sources.sandbox import NO_NETWORK, why_not
from zigwheel.index.web.gate import gated, whose_of


@pytest.mark.parametrize(
    ("client", "whose"),
    [
        (("192.0.2.7", 1234), "192.0.2.7"),
        (("2001:db8:1:2:3:4:5:6", 1234), "2001:db8:1:2::/64"),
        (("2001:db8:1:2::1", 1), "2001:db8:1:2::/64"),
        (("testclient", 1), "testclient"),
        (None, ""),
    ],
)
def test_whose_a_request_is(client: tuple[str, int] | None, whose: str) -> None:
    assert whose_of(client) == whose


def test_a_rate_that_is_none() -> None:
    with pytest.raises(ConfigError, match="`upload-rate` is 'often', which is no rate"):
        gated(lambda scope, receive, send: None, reads="", uploads="often")  # type: ignore[arg-type,return-value]


def test_too_many_requests(make_index: Make) -> None:
    index = make_index(settings='rate = "5/minute"\nupload-rate = "2/hour"\n')
    token = index.token()
    session = requests.Session()
    found = [session.get(f"{index.url}/simple/", timeout=30) for _ in range(7)]
    assert [one.status_code for one in found] == [200] * 5 + [429] * 2
    assert int(found[-1].headers["Retry-After"]) == 12
    assert session.get(f"{index.url}/health", timeout=30).status_code == 200
    codes = [post(index, token, WHEEL, wheel()).status_code for _ in range(3)]
    assert codes == [200, 200, 429]


def test_a_bad_rate_is_told_before_the_index_starts(tmp_path: Path) -> None:
    folder = tmp_path / "index"
    run("index", "init", folder)
    (folder / "index.toml").write_text('rate = "often"\n')
    done = run("index", "serve", folder, "--port", "0", code=ConfigError.exit_code)
    assert "`rate` is 'often', which is no rate" in done.stderr


@dataclass
class Listener:
    """Counts who comes."""

    port: int
    came: list[str] = field(default_factory=list)


@pytest.fixture
def listener() -> Iterator[Listener]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        found = Listener(server.getsockname()[1])

        def count() -> None:
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                found.came.append("somebody")
                connection.close()

        threading.Thread(target=count, daemon=True).start()
        yield found


CALL = """\
import pathlib, socket, sys
try:
    socket.create_connection(("127.0.0.1", {port}), timeout=5).close()
except OSError:
    pass
pathlib.Path(sys.argv[1], "called.h").write_text("/* the same in any case */\\n")
"""

GENERATE = """
[[tool.zigwheel.generate]]
name = "call"
command = ["{python}", "call.py", "{overlay}"]
inputs = ["call.py"]
outputs = ["called.h"]
"""


@pytest.mark.slow
def test_builds_have_no_network(
    make_index: Make, listener: Listener, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if why_not([*NO_NETWORK, "true"]):
        refuse = pytest.fail if os.environ.get("CI") else pytest.skip
        refuse("there is no `unshare` here, or it may not make namespaces")
    source = tmp_path / "examples" / "fastsum"
    shutil.copytree(EXAMPLES / "fastsum", source)
    (source / "call.py").write_text(CALL.format(port=listener.port))
    monkeypatch.setattr("tests.recipe.conftest.EXAMPLES", source.parent)
    release = built(tmp_path / "release", "fastsum", ("manylinux_x86_64",), more=GENERATE)
    assert len(listener.came) == 1

    cache = tmp_path / "cache"
    cache.mkdir()
    for name in ("zig", "zig-global"):
        (cache / name).symlink_to(cache_root() / "zigwheel" / name)

    def remade(name: str, settings: str) -> Served:
        index = make_index(name, settings=HERE + settings, ZIGWHEEL_CACHE_DIR=str(cache))
        token = index.token("fastsum")
        twine(index.url, token, *release.wheels.iterdir())
        run("index", "push", index.url, release.recipe, "--token", token)
        file, sha256 = native(release)
        index.blob(sha256).unlink()
        url = f"{index.url}/files/{sha256}/{file.name}"
        assert requests.get(url, timeout=120).content == file.read_bytes()
        assert index.events("came")[-1]["source"] == "rebuild"
        return index

    index = remade("shut", "")
    assert len(listener.came) == 1
    (event,) = index.events("sandbox")
    assert event["command"].startswith("unshare ")
    assert event["lacking"] == ""
    for entry in cache.iterdir():
        if not entry.is_symlink():
            shutil.rmtree(entry)
    remade("open", "sandbox = []\n")
    assert len(listener.came) == 2


@pytest.mark.slow
def test_so_many_builds_may_wait(make_index: Make, release: Built) -> None:
    slow = 'sandbox = ["sh", "-c", "sleep 6; exec \\"$@\\"", "sh"]\n'
    index = make_index(settings=f"{HERE}builds-waiting = 0\n{slow}")
    token = index.token("fastsum")
    twine(index.url, token, *release.wheels.iterdir())
    run("index", "push", index.url, release.recipe, "--token", token)
    urls = []
    for file in sorted(release.wheels.glob("*.whl")):
        (sha256,) = [
            one["hashes"]["sha256"]
            for one in index.page("fastsum")["files"]
            if one["filename"] == file.name
        ]
        index.blob(sha256).unlink()
        urls.append(f"{index.url}/files/{sha256}/{file.name}")

    with ThreadPoolExecutor() as pool:
        first = pool.submit(requests.get, urls[0], timeout=120)
        time.sleep(2)
        second = requests.get(urls[1], timeout=120)
        assert second.status_code == 503
        assert "0 builds are waiting already" in second.text
        assert int(second.headers["Retry-After"]) > 0
        assert first.result().status_code == 200
    assert requests.get(urls[1], timeout=120).status_code == 200

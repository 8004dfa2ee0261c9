"""What a connection may do to the sessions of others and to the server: nothing, whatever it sends."""

import asyncio
import contextlib
import http.client
import json
import socket
import threading
import time
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import urlsplit

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

import sim.app.server as server_module
from sim.app.server import exposed, listen, server
from sim.app.start import Start
from sim.app.visitors import MAX_SESSIONS, Visited, end_oldest
from sim.cli.main import main

KERNEL = "8a6cf07f-6f2b-4a3c-9d2a-0d7c5f9e1a"
COMM = {"header": {"msg_type": "comm_msg", "msg_id": "1"}, "parent_header": {}, "metadata": {}, "channel": "shell"}


def socket_at(address: str, number: int, query: str = "?session_id=1", cookie: str = ""):
    """A websocket of a page, as the browser opens it."""
    headers = {"Origin": address.rstrip("/")} | ({"Cookie": f"solara-session-id={cookie}"} if cookie else {})
    url = f"ws{address.removeprefix('http')}jupyter/api/kernels/{KERNEL}{number:02d}/channels{query}"
    return connect(url, additional_headers=headers, compression=None)


def greeted(page) -> None:
    """Wait until the session is there: it answers."""
    header = {"msg_type": "kernel_info_request", "msg_id": "1", "session": "1", "username": "", "version": "5.3"}
    page.send(json.dumps({**COMM, "header": header, "content": {}}))
    page.recv(timeout=20)


def asked(address: str, path: str, method: str = "GET", **headers: str) -> tuple[int, bytes]:
    place = urlsplit(address)
    connection = http.client.HTTPConnection(place.hostname or "", place.port, timeout=20)
    connection.request(method, path, headers=headers)
    answer = connection.getresponse()
    with contextlib.closing(connection):
        return answer.status, answer.read()


MESSAGES = [
    "", "x", "{", "[]", "null", "1e999", "{}", '{"header": 1}', '{"header": {"msg_type": 3}}', "[" * 50_000,
    b"", b"\xff" * 100, b"\x00\x00\x00\x01" + b"\x7f" * 40,
    json.dumps(COMM), json.dumps({**COMM, "content": {"comm_id": "nobody", "data": {"method": "custom"}}}),
    json.dumps({**COMM, "header": {"msg_type": "comm_open"}, "content": {"comm_id": "a", "target_name": "os.system"}}),
    json.dumps({**COMM, "header": {"msg_type": "execute_request"}, "content": {"code": "import os"}}),
]  # fmt: skip


@pytest.mark.parametrize("number", range(len(MESSAGES)), ids=lambda number: repr(MESSAGES[number])[:30])
def test_a_malformed_message_ends_at_most_its_own_connection(address: str, number: int) -> None:
    with socket_at(address, 10 + number, cookie="mine") as page:
        greeted(page)
        page.send(MESSAGES[number])
        with contextlib.suppress(ConnectionClosed, TimeoutError):
            while True:
                page.recv(timeout=0.3)
    assert asked(address, "/readyz")[0] == 200  # the server's stderr is read at its end: it has no traceback


def test_an_oversized_message_closes_the_connection(address: str) -> None:
    with socket_at(address, 2) as page, pytest.raises(ConnectionClosed) as closed:
        page.send(b"x" * (server_module.MAX_MESSAGE + 1))
        page.recv(timeout=20)
    assert closed.value.rcvd is not None and closed.value.rcvd.code == 1009


def test_a_connection_that_is_no_page_is_not_accepted(address: str) -> None:
    with pytest.raises(InvalidStatus):
        socket_at(address, 3, "")


def test_a_session_is_closed_with_its_own_cookie_only(address: str) -> None:
    path = f"/_solara/api/close/{KERNEL}04"
    with socket_at(address, 4, cookie="mine") as mine:
        greeted(mine)
        assert asked(address, f"{path}?session_id=1", "POST")[0] == 403
        assert asked(address, f"{path}?session_id=1", "POST", Cookie="solara-session-id=yours")[0] == 403
        assert asked(address, path, "POST", Cookie="solara-session-id=mine")[0] == 400
        assert asked(address, f"{path}?session_id=1", "POST", Cookie="a=b; solara-session-id=mine")[0] == 200
    with socket_at(address, 5, cookie="mine") as mine:
        greeted(mine)
        with socket_at(address, 5, cookie="yours") as thief:
            assert "mismatch" in str(thief.recv(timeout=20))
            with pytest.raises(ConnectionClosed):
                thief.recv(timeout=20)


def test_what_serves_those_who_run_servers_is_not_there(address: str) -> None:
    assert asked(address, "/resourcez?verbose=1")[0] == 404
    assert asked(address, f"/_solara/api/evict/{KERNEL}01", "POST")[0] == 404


@pytest.mark.parametrize(
    "path",
    [
        "/../secret.yaml", "/static/../../secret.yaml", "/static/%2e%2e/%2e%2e/secret.yaml", "/static/..%2f..%2fsecret.yaml",
        "/static/public/..%2f..%2fsecret.yaml", "/static/assets/../../../../../../../../etc/passwd",
        "/static/public/%2fetc%2fpasswd", "/static//etc/passwd", "//etc/passwd", "/static/..%5c..%5cetc%5cpasswd",
        "/jupyter/nbextensions/..%2f..%2f..%2f..%2f..%2f..%2f..%2fetc/passwd", "/static/nbextensions/../../../etc/passwd",
        "/_solara/cdn/..%2f..%2f..%2f..%2fetc/passwd", "/static/%252e%252e/%252e%252e/secret.yaml", "/file:///etc/passwd",
    ],
)  # fmt: skip
def test_no_address_leads_out_of_what_is_served(address: str, path: str) -> None:
    _, body = asked(address, path)
    assert b"root:" not in body
    assert b"step_hours: 1" not in body


def test_sessions_that_nobody_shows_are_ended_oldest_first() -> None:
    contexts: dict[str, SimpleNamespace] = {}

    def session(name: str, *status: str) -> None:
        pages = {str(n): SimpleNamespace(name=s) for n, s in enumerate(status)}
        contexts[name] = SimpleNamespace(page_status=pages, close=lambda: contexts.pop(name))

    for n in range(50):
        session(f"left {n}", "DISCONNECTED")
        session(f"shown {n}", "CLOSED", "CONNECTED")
    end_oldest(contexts, 60)
    assert [name for name in contexts if name.startswith("left")] == [f"left {n}" for n in range(40, 50)]
    end_oldest(contexts, 40)
    assert list(contexts) == [f"shown {n}" for n in range(50)]


@pytest.mark.parametrize("shown", [False, True], ids=["left", "shown"])
def test_one_session_more_takes_the_place_of_one_left_or_is_refused(shown: bool) -> None:
    contexts: dict[str, SimpleNamespace] = {}
    page = SimpleNamespace(name="CONNECTED" if shown else "DISCONNECTED")
    for n in range(MAX_SESSIONS):
        close = partial(contexts.pop, str(n))
        contexts[str(n)] = SimpleNamespace(page_status={"page": page}, close=close, session_id="s")
    let_in, sent = [], []

    async def app(scope, receive, send) -> None:
        let_in.append(scope["path"])

    async def receive() -> dict:
        return {"type": "websocket.connect"}

    async def send(message) -> None:
        sent.append(message)

    scope = {"type": "websocket", "path": "/jupyter/api/kernels/new/channels", "query_string": b"session_id=1"}
    asyncio.run(Visited(app, contexts)(scope, receive, send))
    if shown:
        assert (let_in, sent) == ([], [{"type": "websocket.close", "code": 1008}])
        assert len(contexts) == MAX_SESSIONS
    else:
        assert (let_in, sent) == ([scope["path"]], [])
        assert list(contexts) == [str(n) for n in range(1, MAX_SESSIONS)]


def test_a_connection_that_asks_for_nothing_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    async def app(scope, receive, send) -> None:
        if scope["type"] == "lifespan":
            await receive()
            await send({"type": "lifespan.startup.complete"})
            await receive()
            await send({"type": "lifespan.shutdown.complete"})
            return
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
        time.sleep(0.5)  # longer than the patience: who was answered is not cut off
        await send({"type": "http.response.body", "body": b"ok"})

    monkeypatch.setattr(server_module, "PATIENCE", 0.3)
    began = threading.Event()
    with listen("127.0.0.1", 0) as listener:
        place = listener.getsockname()
        running = server(app, began.set)
        thread = threading.Thread(target=running.run, kwargs={"sockets": [listener]})
        thread.start()
        assert began.wait(20)
        try:
            half = [socket.create_connection(place, timeout=20) for _ in range(20)]
            for sent, one in zip((b"", b"GET / HT", b"GET / HTTP/1.1\r\nHost: a\r\n") * 7, half, strict=False):
                one.sendall(sent)
            assert [one.recv(100) for one in half] == [b""] * 20
            assert asked(f"http://127.0.0.1:{place[1]}", "/") == (200, b"ok")
        finally:
            running.should_exit = True
            thread.join(20)
    assert not thread.is_alive()


def test_what_others_can_see_is_said_before_anything_is_served(
    archive: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    start = Start.at("tiny").with_results(archive)
    assert exposed(start, "127.0.0.1", []) == exposed(start, "localhost", ["a"]) == exposed(start, "::1", []) == []
    served = []
    monkeypatch.setattr(server_module, "application", lambda *_args: None)
    monkeypatch.setattr(server_module, "serve", lambda *_args, **_more: served.append(capsys.readouterr()))
    given = ["--host", "0.0.0.0", "--port", "0", "--allow-host", "desk.example", "--no-open"]
    assert main(["view", "tiny", "--results", str(archive), *given]) == 0
    (said,) = served
    assert said.out == ""
    for word in ("other machines", "without a password", "scenarios in", str(archive), "0.0.0.0, desk.example"):
        assert word in said.err

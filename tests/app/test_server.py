"""Who the view's server answers."""

import http.client
import socket
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from sim.app.server import Guarded, host_of, listen
from sim.app.session import Session
from sim.app.start import Start
from sim.cli.main import main
from sim.scenario.errors import InputError


def status(address: str, path: str = "/", **headers: str) -> int:
    place = urlsplit(address)
    connection = http.client.HTTPConnection(place.hostname or "", place.port, timeout=20)
    connection.putrequest("GET", path, skip_host="Host" in headers)
    for name, value in headers.items():
        connection.putheader(name.replace("_", "-"), value)
    connection.endheaders()
    try:
        return connection.getresponse().status
    finally:
        connection.close()


def socket_status(address: str, **headers: str) -> int:
    upgrade = {
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec_WebSocket_Version": "13",
        "Sec_WebSocket_Key": "dGhlIHNhbXBsZSBub25jZQ==",
    }
    return status(
        address, "/jupyter/api/kernels/8a6cf07f-6f2b-4a3c-9d2a-0d7c5f9e1a11/x?session_id=1", **upgrade, **headers
    )


def test_own_pages_are_answered(address: str) -> None:
    port = urlsplit(address).port
    assert status(address) == 200
    assert status(address, Host=f"localhost:{port}", Origin=f"http://localhost:{port}") == 200


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example:80", "evil.example@127.0.0.1", "", "127.0.0.1:x"]
)
def test_foreign_hosts_are_refused(address: str, host: str) -> None:
    assert status(address, Host=host) in (400, 403)
    assert socket_status(address, Host=host) in (400, 403)


@pytest.mark.parametrize(
    "origin", ["http://evil.example", "null", "http://localhost:1", "file://", "http://127.0.0.1.evil.example"]
)
def test_foreign_origins_are_refused(address: str, origin: str) -> None:
    assert status(address, Origin=origin) == 403
    assert socket_status(address, Origin=origin) == 403


def test_a_socket_of_our_own_page_opens(address: str) -> None:
    assert socket_status(address, Origin=address.rstrip("/")) == 101


def test_the_page_may_ask_only_its_server(address: str) -> None:
    place = urlsplit(address)
    connection = http.client.HTTPConnection(place.hostname or "", place.port, timeout=20)
    connection.request("GET", "/")
    policy = connection.getresponse().getheader("content-security-policy") or ""
    connection.close()
    assert "default-src 'self'" in policy and "http:" not in policy


def test_what_is_not_installed_is_not_fetched_from_elsewhere(address: str) -> None:
    assert status(address, "/_solara/cdn/no-such-package@1.0.0/x.js") >= 400


def test_named_hosts_may_come_through_a_proxy() -> None:
    guarded = Guarded(None, ["127.0.0.1", "view.example"], ["view.example"])
    assert guarded.admits([(b"host", b"view.example"), (b"origin", b"https://view.example")])
    assert guarded.admits([(b"host", b"127.0.0.1:80"), (b"origin", b"https://view.example")])
    assert not guarded.admits([(b"host", b"127.0.0.1:80"), (b"origin", b"https://other.example")])
    assert not guarded.admits([(b"host", b"127.0.0.1"), (b"host", b"view.example")])
    assert not guarded.admits([])


def test_host_of() -> None:
    assert host_of("[::1]:80") == "::1"
    assert host_of("a/b") == host_of("u@a") == host_of("a:b") == host_of("") == ""


def test_the_next_free_port_is_taken() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with listen("127.0.0.1", port) as listener:
            assert port < listener.getsockname()[1] < port + 100


def test_an_address_that_is_not_ours_is_bad_input() -> None:
    with pytest.raises(InputError, match="cannot listen"):
        listen("192.0.2.1", 0)


def test_bad_scenarios_end_with_2(scenarios: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["view", "ne-syria-2018", "--no-open"]) == 2
    assert main(["view", str(scenarios / "broken.yaml"), "--no-open"]) == 2
    assert main(["view", str(scenarios / "outside.yaml"), "--no-open"]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert "did you mean `ne-syria-2019`?" in said.err and "broken.yaml:3" in said.err


def test_a_session_passes_over_what_it_may_not_be_asked(scenarios: Path) -> None:
    session = Session(Start(scenarios, "tiny.yaml"))
    model = session.model
    asked: list[object] = [
        None, [], {}, {"do": "scenario", "value": "../secret.yaml"}, {"do": "scenario", "value": ["tiny.yaml"]},
        {"do": "guards.scale", "value": "1"}, {"do": "guards.scale", "value": 9}, {"do": "guards.scale", "value": float("nan")},
        {"do": "control.handover", "value": "x"}, {"do": "speed", "value": 10**9}, {"do": "mode", "value": {}},
        {"do": "seed", "value": "9" * 39}, {"do": "seed", "value": "-1"}, {"do": ["seed"]}, {"do": "restart"},
    ]  # fmt: skip
    for what in asked:
        session.act(what)
    assert session.model is model and session.overrides == {} and session.hours == 6 and session.mode == "truth"

"""Who the view's server answers."""

import http.client
import shutil
import socket
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from sim.app.archive import Archive, scenario_of
from sim.app.server import Guarded, host_of, listen
from sim.app.session import Session
from sim.app.settings import paced
from sim.app.start import Start
from sim.cli.main import main
from sim.experiment.store import Folder
from sim.model import DetentionModel
from sim.scenario.errors import InputError
from sim.scenario.loader import load


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


@pytest.mark.parametrize("path", ["/%00", "/static/%00", "/static/main%00.js", "/static/nbextensions/%00/x"])
def test_a_name_that_no_file_has_is_not_found(address: str, path: str) -> None:
    assert status(address, path) == 404


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
    assert "default-src 'self'" in policy and "http:" not in policy and "*" not in policy
    assert f"connect-src 'self' ws://{place.netloc} wss://{place.netloc};" in policy  # no socket of another server


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


def test_results_that_are_not_there_end_with_2(scenarios: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["view", "tiny", "--results", str(scenarios / "nowhere"), "--no-open"]) == 2
    said = capsys.readouterr()
    assert said.out == "" and "--results" in said.err and "no such folder" in said.err


def test_a_session_passes_over_what_it_may_not_be_asked(scenarios: Path, archive: Path) -> None:
    session = Session(Start(scenarios, "tiny.yaml").with_results(archive))
    model = session.first.model
    asked: list[object] = [
        None, [], {}, {"do": "scenario", "value": "../secret.yaml"}, {"do": "scenario", "value": ["tiny.yaml"]},
        {"do": "guards.scale", "value": "1"}, {"do": "guards.scale", "value": 9}, {"do": "guards.scale", "value": float("nan")},
        {"do": "control.handover", "value": "x"}, {"do": "speed", "value": 10**9}, {"do": "mode", "value": {}},
        {"do": "seed", "value": "9" * 39}, {"do": "seed", "value": "-1"}, {"do": ["seed"]}, {"do": "restart"},
        {"do": "go", "value": "1"}, {"do": "go", "value": None}, {"do": "go", "value": -5}, {"do": "go", "value": 0.5},
        {"do": "pane", "value": 1}, {"do": "pin", "value": "<b>"}, {"do": "kinds", "value": 1}, {"do": "text", "value": []},
        {"do": "page", "value": "x"}, {"do": "results", "value": "../secret"}, {"do": "results", "value": ".."},
        {"do": "metric", "value": "seed"}, {"do": "point", "value": 99}, {"do": "point", "value": "0"}, {"do": "open", "value": "median"},
    ]  # fmt: skip
    for what in asked:
        session.act(what)
    assert session.first.model is model and session.first.settings == {} and session.first.at == 0
    assert (session.hours, session.mode, session.page, session.pinned, session.text) == (6, "truth", "run", "", "")
    session.act({"do": "page", "value": "results"})
    for what in asked:
        session.act(what)
    assert (
        session.results_page is not None
        and session.results_page.metric == "escaped"
        and session.results_page.point is None
    )
    session.act({"do": "go", "value": 10**9})  # to the horizon
    assert session.first.at == 240


def test_nothing_outside_the_folder_of_results_is_read(archive: Path) -> None:
    store = Folder(archive / "sweep")
    assert store.read("manifest.json")
    for name in ("../torn/manifest.json", str(archive / "torn" / "manifest.json")):
        with pytest.raises(ValueError, match="no name inside the folder"):
            store.read(name)
        with pytest.raises(ValueError, match="no name inside the folder"):
            store.open(name)
    with pytest.raises(InputError, match="no such results folder"):
        Archive(archive).open("../scenarios")


def test_a_link_to_nowhere_hides_no_other_results(archive: Path, tmp_path: Path) -> None:
    for name in ("lost", "sweep"):
        (tmp_path / name).mkdir()
    (tmp_path / "lost" / "manifest.json").symlink_to("nowhere")
    shutil.copy(archive / "sweep" / "manifest.json", tmp_path / "sweep")
    found = Archive(tmp_path)
    assert set(found.folders()) == {"lost", "sweep"}
    assert found.open("sweep").name == "tiny"
    with pytest.raises(InputError, match="a link, which is not followed"):
        found.open("lost")


@pytest.mark.parametrize("line", ["extends: ../secret.yaml", "theatre: ../secret.yaml"])
def test_a_stored_scenario_that_leads_elsewhere_is_refused(archive: Path, tmp_path: Path, line: str) -> None:
    shutil.copytree(archive / "sweep", tmp_path / "sweep")
    results = Archive(tmp_path).open("sweep")
    assert scenario_of(results, 0).scenario.name == "tiny"
    path = tmp_path / "sweep" / "scenario.yaml"
    kept = [row for row in path.read_text().split("\n") if not row.startswith(("theatre:", " ")) or "extends" in line]
    path.write_text("\n".join([*kept, line, ""]))
    with pytest.raises(InputError, match="refers to other files"):
        scenario_of(results, 0)


def test_a_run_that_is_loaded_already_can_be_shown(scenarios: Path) -> None:
    resolved = load(scenarios / "tiny.yaml", {"guards.scale": 0.5})
    session = Session(Start.with_run(resolved, seed=7, replicate=3))
    session.act({"do": "go", "value": 240})
    model = DetentionModel(resolved, rng=7, replicate=3)
    model.run_days(10)
    assert session.first.model is not None
    assert session.first.model.outcomes() == pytest.approx(model.outcomes(), nan_ok=True)
    session.act({"do": "reset"})
    assert session.first.at == 0 and session.first.label == "tiny, replicate 3"


def test_a_pace_moves_the_dates_of_withdrawal() -> None:
    schedule = [("2019-10-07", 0.9), ("2019-10-13", 0.6), ("2019-10-24T12:00", 0.35)]
    assert paced(schedule, 1.0) == [("2019-10-07T00:00", 0.9), ("2019-10-13T00:00", 0.6), ("2019-10-24T12:00", 0.35)]
    assert paced(schedule, 0.5)[1:] == [("2019-10-19T00:00", 0.6), ("2019-11-11T00:00", 0.35)]
    assert paced(schedule, 0.0) == [] == paced([], 2.0)
    for slow in (1e-6, 1e-9, 5e-324):  # 16 days become 47,000 years and more
        assert paced(schedule, slow) == [("2019-10-07T00:00", 0.9)]


@pytest.mark.parametrize("first", [60, 240])
def test_a_run_set_back_is_the_same_run(scenarios: Path, first: int) -> None:
    session = Session(Start(scenarios, "tiny.yaml"))
    session.act({"do": "go", "value": first})
    pane = session.first
    assert pane.model is not None
    kept, rows = pane.history[: first + 1].copy(), pane.event_log.read(pane.model)
    before = {name: getattr(pane.model.truth, name).copy() for name in ("facility", "people", "control", "states")}
    for step in (10, 0, 33, first):
        session.act({"do": "go", "value": step})
        assert pane.at == step
    assert pane.history[: first + 1].tobytes() == kept.tobytes() and pane.event_log.read(pane.model) == rows
    for name, array in before.items():
        assert array.tobytes() == getattr(pane.model.truth, name).tobytes(), name

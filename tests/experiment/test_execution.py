"""Running a design: the same tables however it is run, and whatever happens on the way."""

import errno
import json
import os
import random
import signal
import threading

import distributed
import pyarrow.compute as pc
import pytest

import sim.model
from sim.experiment.design import scenario_design, sweep_design
from sim.experiment.execution import AllFailed, Interrupted, execute, recording
from sim.experiment.lacking import lacking
from sim.experiment.store import Memory
from sim.tables import TABLES
from tests.experiment.conftest import ran


def contents(results):
    """Every part's content by name."""
    return {part["file"]: part["sha256"] for part in results.manifest["parts"]}


def test_workers_and_order_do_not_matter(design, stored):
    shuffled = list(design.batches())
    random.Random(3).shuffle(shuffled)
    one = ran(design, workers=1)
    other = ran(design, workers=3, batches=shuffled)
    assert contents(one) == contents(other) == contents(stored)
    for name in TABLES:
        assert one.table(name).equals(other.table(name)), name
        assert one.table(name).equals(stored.table(name)), name


def test_a_replicate_is_the_same_alone_and_among_many(stored):
    alone = ran(scenario_design("tiny", {"replicates": 3, "guards.scale": 2.0, "control.handover": "formal"})).runs
    among = stored.table("runs", point=5).slice(0, 3)
    assert alone.drop(["point"]).equals(among.drop(["point"]))


def test_rows_are_in_the_order_of_points_and_replicates(stored):
    for name in TABLES:
        table = stored.table(name)
        keys = list(zip(table["point"].to_pylist(), table["replicate"].to_pylist(), strict=True))
        assert keys == sorted(keys)
        assert len(keys) > 0


@pytest.mark.parametrize(
    ("record", "names"),
    [("summary", ["runs"]), ("daily", ["runs", "daily", "facilities"]), ("full", list(TABLES))],
)
def test_record_says_which_tables_are_written(record, names):
    results = ran(scenario_design("tiny", {"replicates": 2}), record=record)
    assert [part["table"] for part in results.manifest["parts"]] == names
    for name in TABLES:
        assert (len(results.table(name)) > 0) == (name in names)


@pytest.fixture
def failing(monkeypatch):
    """Makes chosen replicates raise."""

    def fail(which) -> None:
        complete = sim.model.Run.complete

        def broken(self, seed, replicate):
            if which(replicate):
                raise ZeroDivisionError(f"replicate {replicate}")
            return complete(self, seed, replicate)

        monkeypatch.setattr(sim.model.Run, "complete", broken)

    return fail


def test_a_replicate_that_raises_is_a_row_with_its_error(failing, stored):
    failing(lambda replicate: replicate in (3, 21))
    results = ran(sweep_design("tiny", {"replicates": 53}))
    runs = results.runs
    failed = runs.filter(pc.equal(runs["status"], "failed"))
    assert failed["replicate"].to_pylist() == [3, 21] * 6
    assert failed["error"].to_pylist()[:2] == ["ZeroDivisionError: replicate 3", "ZeroDivisionError: replicate 21"]
    assert failed["escaped"].null_count == 12
    assert (results.status, results.failed) == ("done", 12)
    assert 3 not in results.daily["replicate"].to_pylist()
    for name in ("runs", "daily", "facilities", "events", "reports", "episodes"):
        made, whole = results.table(name), stored.table(name)
        others = pc.invert(pc.is_in(whole["replicate"], pc.cast([3, 21], "int64")))
        good = made.filter(pc.equal(made["status"], "done")) if name == "runs" else made
        assert good.equals(whole.filter(others)), name
    assert [entry["replicates"] for entry in results.metrics()] == [51] * 6


def test_a_number_that_is_none_fails_its_replicate(monkeypatch):
    complete = sim.model.Run.complete

    def broken(self, seed, replicate):
        tables = complete(self, seed, replicate)
        tables.daily["held"][4] = float("nan") if replicate == 1 else tables.daily["held"][4]
        return tables

    monkeypatch.setattr(sim.model.Run, "complete", broken)
    runs = ran(scenario_design("tiny", {"replicates": 3})).runs
    assert runs["error"].to_pylist() == [None, "ValueError: held is not a finite number", None]


def test_a_model_that_cannot_be_built_fails_its_replicates(monkeypatch):
    def broken(self, resolved, *, full=False):
        raise ZeroDivisionError

    monkeypatch.setattr(sim.model.Run, "__init__", broken)
    store = Memory()
    with pytest.raises(AllFailed, match="ZeroDivisionError"):
        ran(scenario_design("tiny", {"replicates": 2}), store)
    assert json.loads(store.read("manifest.json"))["status"] == "failed"


LACKING = {
    "memory": (MemoryError(), "the memory is full"),
    "files": (OSError(errno.EMFILE, os.strerror(errno.EMFILE)), "too many files are open"),
    "files, of an import": (ImportError(f"x.so: {os.strerror(errno.EMFILE)}"), "too many files are open"),
    "memory, of an import": (ImportError("x.so: failed to map segment from shared object"), "the memory is full"),
    "threads": (RuntimeError("can't start new thread"), "no more threads can be started"),
    "disk": (OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)), "the disk is full"),
}


@pytest.mark.parametrize("name", LACKING)
def test_what_the_machine_lacks_fails_no_replicate_and_the_run_goes_on_later(monkeypatch, name):
    """Another machine, or this one later, completes the replicate: a row with an error would say otherwise."""
    error, reason = LACKING[name]
    complete = sim.model.Run.complete

    def broken(self, seed, replicate):
        if replicate == 2:
            raise error
        return complete(self, seed, replicate)

    design, store = scenario_design("tiny", {"replicates": 4}), Memory()
    with monkeypatch.context() as patch:
        patch.setattr(sim.model.Run, "complete", broken)
        with pytest.raises(Interrupted, match=reason):
            ran(design, store)
    made = json.loads(store.read("manifest.json"))
    assert (made["status"], made["error"], made["counts"]["failed"]) == ("stopped", reason, 0)


def test_what_ctrl_c_met_may_make_an_error_of_its_own_of_it():
    """As compiled code does that builds a class while it is imported."""
    store = Memory()
    with pytest.raises(Interrupted, match="interrupted"), recording(scenario_design("tiny"), store):
        try:
            signal.raise_signal(signal.SIGTERM)
        except KeyboardInterrupt as met:
            raise ValueError("error building a class") from met
    assert json.loads(store.read("manifest.json"))["status"] == "stopped"


def test_a_scheduler_that_leaves_while_it_is_asked_stops_the_run(monkeypatch):
    """It answered, and is gone before its workers were looked at."""

    class Client:
        def __init__(self, *_, **__):
            pass

        def scheduler_info(self, **_):
            raise OSError("the connection closed")

        close = scheduler_info

    monkeypatch.setattr(distributed, "Client", Client)
    store = Memory()
    with pytest.raises(Interrupted, match="the cluster was lost: the connection closed"):
        ran(scenario_design("tiny", {"replicates": 4}), store, cluster="tcp://127.0.0.1:9")
    assert json.loads(store.read("manifest.json"))["status"] == "stopped"


@pytest.mark.parametrize(
    "error", [OSError(errno.EIO, "x"), ImportError("no module named x"), RuntimeError("x"), KeyError("x")]
)
def test_other_errors_are_no_lack(error):
    assert lacking(error) is None


def test_when_all_fail_it_is_said_and_stored(failing):
    failing(lambda _: True)
    store = Memory()
    with pytest.raises(AllFailed, match="replicate 0"):
        ran(scenario_design("tiny", {"replicates": 4}), store)
    manifest = json.loads(store.read("manifest.json"))
    assert (manifest["status"], manifest["counts"]["failed"]) == ("failed", 4)


class Breaking(Memory):
    """A store that raises when it is given its n-th part."""

    def __init__(self, parts: int, error: BaseException):
        super().__init__()
        self.left = parts
        self.error = error

    def write(self, name, content):
        if name.startswith("runs/"):
            self.left -= 1
            if self.left == 0:
                raise self.error
        super().write(name, content)


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (KeyboardInterrupt(), "stopped"),
        (OSError(errno.ENOSPC, "no space left on device"), "stopped"),
        (OSError(errno.EACCES, "permission denied"), "failed"),
        (RuntimeError("a fault"), "failed"),
    ],
)
def test_what_is_stored_stays_when_a_run_ends_early(design, stored, error, status):
    store = Breaking(4, error)
    with pytest.raises(Interrupted if status == "stopped" else type(error)):
        ran(design, store, workers=2)
    manifest = json.loads(store.read("manifest.json"))
    assert manifest["status"] == status
    kept = {part["file"]: part["sha256"] for part in manifest["parts"]}
    assert len(kept) == 3 * 6
    assert kept.items() <= contents(stored).items()


def test_a_run_may_be_started_on_any_thread():
    found = []
    thread = threading.Thread(target=lambda: found.append(ran(scenario_design("tiny", {"replicates": 2})).status))
    thread.start()
    thread.join()
    assert found == ["done"]


def test_no_more_batches_wait_than_needed(monkeypatch):
    design = scenario_design("tiny", {"replicates": 2000})
    taken = []

    def watched():
        for batch in design.batches():
            taken.append(batch)
            yield batch

    class Stopping(Memory):
        def write(self, name, content):
            if name.startswith("runs/"):
                raise KeyboardInterrupt
            super().write(name, content)

    store = Stopping()
    with pytest.raises(Interrupted), recording(design, store, "summary") as manifest:
        execute(design, store, manifest, workers=2, batches=watched())
    assert len(taken) <= 4


def test_an_interruption_that_python_dropped_still_stops_the_run(design):
    class Dropping(Memory):
        """Asked to stop while something swallows the exception."""

        def write(self, name, content):
            if name.startswith("runs/"):
                manifest.asked.set()
            super().write(name, content)

    store = Dropping()
    with pytest.raises(Interrupted), recording(design, store, "summary") as manifest:
        execute(design, store, manifest, workers=2)
    assert 0 < json.loads(store.read("manifest.json"))["counts"]["done"] < design.total

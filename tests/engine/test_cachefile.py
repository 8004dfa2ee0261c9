"""Compiled code survives kills and two writers: what is loaded is what was stored for these types."""

import multiprocessing
import os

import pytest

from sim.engine.cachefile import SafeCacheFile

NUMBAS = SafeCacheFile.__mro__[1]
"""Numba's own way of storing."""


def file_in(folder, stamp="now", kind=SafeCacheFile):
    return kind(cache_path=str(folder), filename_base="rule", source_stamp=stamp)


def killed_before(method):
    """A method of the cache file at which the process dies."""

    def die(*_):
        raise KeyboardInterrupt

    return {method: die}


@pytest.mark.parametrize("method", ["_save_index", "_save_data"])
@pytest.mark.parametrize("kind", [SafeCacheFile, NUMBAS])
def test_a_kill_while_storing_never_leaves_old_code_behind_new_types(tmp_path, monkeypatch, method, kind) -> None:
    file_in(tmp_path, "old", kind).save("types", "old code")
    with monkeypatch.context() as patch:
        patch.setattr(NUMBAS, method, killed_before(method)[method])
        with pytest.raises(KeyboardInterrupt):
            file_in(tmp_path, "new", kind).save("types", "new code")
    found = file_in(tmp_path, "new", kind).load("types")
    if kind is NUMBAS and method == "_save_data":
        assert found == "old code"  # Numba's own: what this file is for
    else:
        assert found is None


def _store(folder, first) -> None:
    for k in range(first, 60, 2):
        file_in(folder).save(f"types {k}", f"code {k}")


def test_two_writers_at_once_lose_and_mix_nothing(tmp_path) -> None:
    context = multiprocessing.get_context("spawn")
    writers = [context.Process(target=_store, args=(tmp_path, first)) for first in (0, 1)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(60)
        assert writer.exitcode == 0
    found = file_in(tmp_path)
    assert [found.load(f"types {k}") for k in range(60)] == [f"code {k}" for k in range(60)]


def test_code_stored_anew_replaces_the_old(tmp_path) -> None:
    for code in ("one", "two"):
        file_in(tmp_path).save("types", code)
    assert file_in(tmp_path).load("types") == "two"
    assert len([name for name in os.listdir(tmp_path) if name.endswith(".nbc")]) == 1

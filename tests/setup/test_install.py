"""What is installed when: once per state, never with a stamp, never stamped when it failed."""

import shutil
import sys

import pytest

# A Python that is this one, but for its path, and for `-m venv` and `-m pip`, which only say in a log that they
# were called.
FAKE = """
case "$1 $2" in
  "-m venv") mkdir -p .venv/bin && cat "$0" > .venv/bin/python && chmod +x .venv/bin/python; echo venv >> "$HOME/log" ;;
  "-m pip") echo "pip $PIP_CONSTRAINT $PIP_BUILD_CONSTRAINT $*" >> "$HOME/log"; [ ! -e "$HOME/offline" ] ;;
  *) exec "PYTHON" -c "import sys; sys.executable = '$0'; code = sys.argv[2]; sys.argv[1:3] = []; exec(code)" "$@" ;;
esac
"""


@pytest.fixture
def installs(machine):
    """A function: install for a target; gives its exit code and the pip and venv calls it made."""
    machine.script("python3.12", FAKE.replace("PYTHON", sys.executable))

    def install(target):
        log = machine.home / "log"
        log.write_text("")
        done = machine.run("tools/install.sh", target)
        return done.returncode, log.read_text().splitlines()

    return install


def test_a_target_is_installed_once(installs):
    code, calls = installs("demo")
    assert code == 0
    assert calls[0] == "venv"
    assert calls[1].startswith("pip constraints.txt constraints.txt -m pip install -q -q")
    assert installs("demo") == (0, [])


def test_a_larger_target_covers_the_smaller_ones(installs):
    assert len(installs("bench")[1]) == 2
    for smaller in ("lint", "test", "demo"):
        assert installs(smaller) == (0, [])


def test_a_smaller_target_does_not_cover_a_larger_one(installs):
    installs("demo")
    for target, extras in (("test", "test"), ("lint", "test,dev"), ("bench", "test,dev,bench")):
        code, calls = installs(target)
        assert (code, len(calls)) == (0, 1)
        assert calls[0].endswith(f"--editable .[view,plots,analysis,cluster,{extras}]")


@pytest.mark.parametrize("name", ["constraints.txt", "pyproject.toml", "tools/detention_sim.py"])
def test_a_changed_file_installs_again_and_going_back_does_too(installs, machine, name):
    installs("test")
    before = (machine.project / name).read_text()
    (machine.project / name).write_text(before + "# changed\n")
    assert len(installs("test")[1]) == 1
    (machine.project / name).write_text(before)
    assert len(installs("test")[1]) == 1


def test_a_copy_in_another_folder_is_installed_there(installs, machine):
    installs("test")
    copy = machine.project.with_name("copy")
    shutil.copytree(machine.project, copy)
    machine.project = copy
    assert len(installs("test")[1]) == 1


def test_a_failed_install_leaves_no_stamp(installs, machine):
    (machine.home / "offline").touch()
    code, _ = installs("demo")
    assert code != 0
    assert not list((machine.project / ".venv").glob(".ok-*"))
    (machine.home / "offline").unlink()
    assert installs("demo")[0] == 0


def test_the_venv_of_a_broken_python_is_made_anew(installs, machine):
    installs("demo")
    for stamp in (machine.project / ".venv").glob(".ok-*"):
        stamp.unlink()
    machine.script(machine.project / ".venv/bin/python", "exit 127")
    assert installs("demo")[1][0] == "venv"

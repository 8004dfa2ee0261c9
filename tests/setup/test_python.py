"""Which Python the set-up takes."""

import pytest


def found(machine, **environment):
    done = machine.run("tools/python.sh", **environment)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.removesuffix("\n")


def test_the_newest_on_path_comes_first(machine):
    machine.python("python3.12", (3, 12, 1))
    newest = machine.python("python3.13", (3, 13, 0))
    machine.python("python3", (3, 12, 1))
    assert found(machine) == str(newest)


def test_a_named_one_comes_before_path(machine):
    machine.python("python3.14", (3, 14, 0))
    named = machine.python(machine.home / "opt/python", (3, 12, 0))
    assert found(machine, PYTHON=str(named)) == str(named)


def test_a_shim_that_exits_127_is_passed_over(machine):
    for name in ("python3.14", "python3.13", "python3.12"):
        machine.script(name, f'echo "pyenv: {name}: command not found" >&2; exit 127')
    plain = machine.python("python3", (3, 12, 3))
    assert found(machine) == str(plain)


def test_one_that_cannot_make_a_venv_is_passed_over(machine):
    machine.python("python3.13", (3, 13, 0), ensurepip=False)
    whole = machine.python("python3.12", (3, 12, 1))
    assert found(machine) == str(whole)


@pytest.mark.parametrize("elsewhere", [True, False])
def test_pyenvs_versions_serve_while_python3_is_older(machine, tmp_path, elsewhere):
    machine.python("python3", (3, 11, 7))
    pyenv = tmp_path / "py env" if elsewhere else machine.home / ".pyenv"
    machine.python(pyenv / "versions/3.11.7/bin/python", (3, 11, 7))
    right = machine.python(pyenv / "versions/3.13.0/bin/python", (3, 13, 0))
    assert found(machine, **({"PYENV_ROOT": str(pyenv)} if elsewhere else {})) == str(right)


@pytest.mark.parametrize("target", ["demo", "test", "lint", "bench"])
def test_none_is_said_in_one_line_and_nothing_is_made(machine, target):
    machine.python("python3", (3, 11, 7))
    machine.script("python3.12", "exit 127")
    done = machine.run("make", target)
    ours = [line for line in done.stderr.splitlines() if not line.startswith("make: ")]
    assert done.returncode != 0
    assert len(ours) == 1
    assert "Python 3.12" in ours[0]
    assert done.stdout == ""
    assert not (machine.project / ".venv").exists()

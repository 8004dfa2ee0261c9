"""Which Chromium the tests take, and what `make test` says about it."""

import pytest

RUNS = '[ "$1" = --version ]'


def found(machine, **environment):
    done = machine.run("tools/chromium.sh", **environment)
    assert done.returncode == 0, done.stderr
    return done.stdout.removesuffix("\n")


def user(machine, number):
    machine.script("id", f"echo {number}")


def test_a_named_one_comes_before_path(machine):
    machine.script("chromium", RUNS)
    named = machine.script(machine.home / "my chromium", RUNS)
    assert found(machine, CHROMIUM=str(named)) == str(named)


def test_one_that_does_not_run_is_passed_over(machine):
    machine.script("chromium", "exit 127")
    machine.script("chromium-browser", "exit 1")
    chrome = machine.script("google-chrome", RUNS)
    assert found(machine) == str(chrome)


def test_root_gets_debians_package_without_recommends(machine):
    user(machine, 0)
    chromium = machine.bin / "chromium"
    install = f"echo '#!/bin/sh' > {chromium}; chmod +x {chromium}"
    machine.script("apt-get", f'echo "$*" >> "$HOME/apt"; [ "$1" = update ] || {{ {install}; }}')
    assert found(machine) == str(chromium)
    calls = (machine.home / "apt").read_text().splitlines()
    assert calls == ["update", "install -y --no-install-recommends chromium"]


@pytest.mark.parametrize("root_without_network", [True, False])
def test_none_is_said_in_one_line(machine, root_without_network):
    user(machine, 0 if root_without_network else 1000)
    machine.script("apt-get", 'echo "cannot resolve" >&2; exit 100')
    done = machine.run("tools/chromium.sh")
    assert done.returncode != 0
    assert done.stdout == ""
    lines = [line for line in done.stderr.splitlines() if not line.startswith("Installing")]
    assert len(lines) == 1
    assert "BROWSER=no" in lines[0]


def installed(machine):
    """A project already set up, whose Python only says what it is asked to run, and with which browser."""
    machine.script(machine.project / "tools/install.sh", "exit 0")
    machine.script(machine.project / ".venv/bin/python", 'echo "${CHROMIUM:-none}: $*"')


def test_make_test_hands_the_browser_to_the_tests(machine):
    installed(machine)
    chromium = machine.script("chromium", RUNS)
    assert machine.run("make", "test").stdout == f"{chromium}: -m pytest -n auto --dist loadfile\n"


def test_make_test_without_a_browser_runs_nothing(machine):
    installed(machine)
    user(machine, 1000)
    done = machine.run("make", "test")
    assert done.returncode != 0
    assert done.stdout == ""


def test_browser_no_asks_for_none(machine):
    installed(machine)
    user(machine, 1000)
    assert (
        machine.run("make", "test", "BROWSER=no").stdout == "none: -m pytest -n auto --dist loadfile -m not browser\n"
    )


@pytest.mark.browser
def test_playwright_drives_the_chromium_found(page):
    page.set_content("<button onclick=\"this.textContent = 'pressed'\">press</button>")
    page.click("button")
    assert page.inner_text("button") == "pressed"

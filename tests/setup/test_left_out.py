"""`make test BROWSER=no` says how many tests it left out, with workers too."""

import subprocess
import sys

import pytest


@pytest.mark.parametrize("workers", [(), ("-n", "2")])
def test_the_browser_tests_left_out_are_counted(tmp_path, root, workers):
    (tmp_path / "conftest.py").write_text((root / "tests/conftest.py").read_text("utf-8"))
    (tmp_path / "pytest.ini").write_text("[pytest]\nmarkers = browser\naddopts = -q\n")
    (tmp_path / "test_some.py").write_text(
        "import pytest\n"
        "def test_plain(): pass\n"
        "@pytest.mark.browser\n@pytest.mark.parametrize('n', range(3))\ndef test_page(n): assert False\n"
    )
    command = [sys.executable, "-m", "pytest", "-m", "not browser", *workers]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    *_, said, summary = done.stdout.splitlines()
    assert done.returncode == 0
    assert said == "browser tests left out: 3"
    assert summary.startswith("1 passed")

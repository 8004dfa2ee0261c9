"""How problems read."""

from sim.scenario.errors import LIMIT, InputError, Problem, one_of, suggestion


def test_a_problem_reads_as_file_line_key_problem_expected() -> None:
    assert str(Problem("a.yaml", 3, "isr.coverage", "40 is out of bounds", "0 to 1")) == (
        "a.yaml:3: isr.coverage: 40 is out of bounds; expected 0 to 1"
    )
    assert (
        str(Problem("--set x", 0, "x", "unknown key", "did you mean `y`?"))
        == "--set x: x: unknown key; did you mean `y`?"
    )
    assert str(Problem("a.yaml", 1, "", "the file is empty")) == "a.yaml:1: the file is empty"


def test_a_problem_is_one_line_and_steers_no_terminal() -> None:
    text = str(Problem("a\nb", 1, "k\x1b[31m", "\u202e", "\ud800"))
    assert text.isprintable()


def test_problems_are_listed_once_by_file_and_line() -> None:
    a, b, c = Problem("y", 2, "", "p"), Problem("y", 1, "", "p"), Problem("x", 1, "", "p")
    assert InputError([a, c, b, a]).problems == (b, a, c)


def test_endless_problems_are_cut_short() -> None:
    error = InputError(Problem("y", n, "", "p") for n in range(LIMIT + 7))
    assert len(error.problems) == LIMIT + 1
    assert "7 more problems" in str(error.problems[-1])


def test_near_misses() -> None:
    assert one_of("coverag", ["coverage", "residual"]) == "did you mean `coverage`?"
    assert one_of("xyz", ["b", "a"]) == "one of a, b"
    assert one_of("xyz", []) == "nothing here: none is declared"
    assert suggestion("hasaka", [f"facility-{n}" for n in range(1000)] + ["hasakah"]) == "hasakah"

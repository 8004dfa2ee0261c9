"""The YAML reader: what it takes, what it refuses and where it says so."""

import math

import pytest

from sim.scenario.errors import InputError
from sim.scenario.yamlfile import parse, parse_value, read


def problem_of(text: str) -> tuple[int, str, str]:
    """Line, key and problem of the one thing wrong."""
    with pytest.raises(InputError) as caught:
        parse(text, "f.yaml")
    (problem,) = caught.value.problems
    assert problem.file == "f.yaml"
    return problem.line, problem.key, problem.problem


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("no", "no"),
        ("yes", "yes"),
        ("on", "on"),
        ("True", True),
        ("false", False),
        ("~", None),
        ("", None),
        ("1e3", 1000.0),
        ("-.5", -0.5),
        ("1.", 1.0),
        ("007", 7),
        ("0o17", 15),
        ("0xff", 255),
        ("1_000", "1_000"),
        ("1:30", "1:30"),
        ("2019-10-09", "2019-10-09"),
        ('"5"', "5"),
        ("'true'", "true"),
        ("-.inf", -math.inf),
        ("<<", "<<"),
        ("9" * 500, "9" * 500),
        ("|\n    a\n    b\n", "a\nb\n"),
    ],
)
def test_scalars_follow_the_core_schema_of_yaml_1_2(text: str, value: object) -> None:
    found = parse(f"k: {text}", "f.yaml").data["k"]
    assert found == value
    assert type(found) is type(value)


def test_every_key_and_item_has_its_line() -> None:
    document = parse("# note\na: 1\nb:\n  c: [1,\n      2]\n  d: x\n", "f.yaml")
    assert document.data == {"a": 1, "b": {"c": [1, 2], "d": "x"}}
    assert document.lines == {("a",): 2, ("b",): 3, ("b", "c"): 4, ("b", "c", 0): 4, ("b", "c", 1): 5, ("b", "d"): 6}


@pytest.mark.parametrize(
    ("text", "line", "key", "part"),
    [
        ("a: 1\nb: &x 2\n", 2, "b", "anchors"),
        ("a: 1\nb: *x\n", 2, "b", "aliases"),
        ("a:\n  - !!python/object:os.system x\n", 2, "a.0", "tags"),
        ("a: !own 1\n", 1, "a", "tags"),
        ("a: ! 1\n", 1, "a", "tags"),
        ("a: 1\n---\nb: 2\n", 2, "", "second document"),
        ("a: 1\nb:\n  c: 1\n  c: 2\n", 4, "b.c", "stands twice, first on line 3"),
        ("a: 1\n1: 2\n", 2, "", "the key `1` is not text"),
        ("a: 1\ntrue: 2\n", 2, "", "the key `true` is not text"),
        ("? [a]\n: 2\n", 1, "", "a key that is a list"),
        ("a: 1\nb: [1, 2\nc: 3\n", 3, "", "not valid YAML"),
        ("a: 1\n\tb: 2\n", 2, "", "not valid YAML: a tab stands here"),
        ("a: 1\nb: \x07\n", 2, "", "not valid YAML"),
        ("a: 1\nb: '\ud800'\n", 2, "", "not text in UTF-8"),
        ("a: " + "[" * 60 + "]" * 60, 1, "a.0.0", "nested too deeply"),
        ("a: " + "[" * 100_000, 1, "a.0.0", "nested too deeply"),
        ("a: [" + "1," * 600_000 + "]", 1, "a.499999", "too many values"),
    ],
)
def test_what_is_refused_is_refused_at_its_line(text: str, line: int, key: str, part: str) -> None:
    found_line, found_key, found = problem_of(text)
    assert (found_line, found_key) == (line, key)
    assert part in found


def test_forty_levels_are_allowed() -> None:
    assert parse("[" * 40 + "]" * 40, "f.yaml").data


def test_an_alias_bomb_is_refused_at_its_first_anchor() -> None:
    bomb = "a: &a [x, x]\n" + "".join(
        f"{chr(98 + i)}: &{chr(98 + i)} [*{chr(97 + i)}, *{chr(97 + i)}]\n" for i in range(20)
    )
    assert problem_of(bomb)[:2] == (1, "a")


@pytest.mark.parametrize(
    ("content", "line", "part"),
    [
        (b"", 1, "empty"),
        (b" \n\n", 1, "empty"),
        (b"a: 1\nb: \xff\xfe\n", 2, "UTF-8"),
        (bytes(range(256)) * 20, 2, "UTF-8"),
        (b"a: 1\n" + b"#" * (4 * 1024 * 1024), 1, "too large"),
    ],
)
def test_files_that_are_not_yaml_are_problems(tmp_path, content: bytes, line: int, part: str) -> None:
    path = tmp_path / "f.yaml"
    path.write_bytes(content)
    with pytest.raises(InputError) as caught:
        read(path)
    (problem,) = caught.value.problems
    assert problem.line == line
    assert part in problem.problem


def test_only_regular_files_are_read(tmp_path) -> None:
    import os

    os.mkfifo(tmp_path / "pipe")
    for path, part in (
        (tmp_path, "is a folder"),
        (tmp_path / "pipe", "not a regular file"),
        (tmp_path / "no", "no such"),
    ):
        with pytest.raises(InputError, match=part):
            read(path)
    with pytest.raises(InputError, match="cannot be read"):
        read("a\0b")


def test_a_byte_order_mark_is_no_part_of_the_text(tmp_path) -> None:
    path = tmp_path / "f.yaml"
    path.write_bytes(b"\xef\xbb\xbfa: 1\n")
    assert read(path).data == {"a": 1}


def test_values_of_options_are_yaml_too() -> None:
    assert parse_value("[1, no, {a: 1e1}]", "--set x") == [1, "no", {"a": 10.0}]
    assert parse_value(" ", "--set x") is None
    with pytest.raises(InputError) as caught:
        parse_value("[1", "--set x")
    assert (caught.value.problems[0].file, caught.value.problems[0].line) == ("--set x", 0)

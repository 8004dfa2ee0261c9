"""`params` and `schema`: the declaration, printed."""

import json

import pytest

from sim.scenario import shipped
from sim.scenario.yamlfile import read


def test_params_say_default_unit_bounds_status_and_source(cli) -> None:
    outcome = cli("params", "disorder.threshold")
    assert outcome == (
        0,
        "disorder.threshold = 0.1 T [0..1] literature\n"
        "    net grievance that must be exceeded [Epstein 2002, PNAS 99 (suppl 3)]\n",
        "",
    )


def test_params_take_a_pattern(cli) -> None:
    paths = [line.split()[0] for line in cli("params", "isr.*").out.splitlines() if not line.startswith(" ")]
    assert "isr.coverage" in paths
    assert all("isr." in path for path in paths)
    assert "theatre.facilities.*.guards = 0 guards [0..20000] assumed" in cli("params", "facilities.*.guards").out


def test_params_without_a_match_have_a_near_miss(cli) -> None:
    outcome = cli("params", "isr.coverge")
    assert (outcome.code, outcome.out) == (2, "")
    assert "did you mean `isr.coverage`?" in outcome.err


def test_params_as_json(cli) -> None:
    found = json.loads(cli("params", "--json").out)["parameters"]
    assert len(found) > 200
    assert set(found[0]) == {
        "path", "default", "required", "unit", "low", "high", "source", "status", "description",
    }  # fmt: skip


@pytest.mark.parametrize("kind", ["scenario", "theatre", "sweep", "claims"])
def test_schemas_are_json_schemas(cli, kind: str) -> None:
    schema = json.loads(cli("schema", kind).out)
    assert schema["$schema"].startswith("https://json-schema.org/")
    assert schema["type"] == "object"
    assert schema["properties"]


@pytest.mark.parametrize(
    ("kind", "files"), [("scenario", "*.yaml"), ("theatre", "theatres/*.yaml"), ("sweep", "sweeps/*.yaml")]
)
def test_shipped_files_satisfy_their_schema(cli, kind: str, files: str) -> None:
    import jsonschema

    validator = jsonschema.Draft202012Validator(json.loads(cli("schema", kind).out))
    validator.check_schema(validator.schema)
    for path in shipped.folder().glob(files):
        assert [error.message for error in validator.iter_errors(read(path).data)] == []


def test_the_schema_refuses_what_the_loader_refuses(cli) -> None:
    import jsonschema

    validator = jsonschema.Draft202012Validator(json.loads(cli("schema", "scenario").out))
    good = {"name": "x", "start": "2019-10-01", "days": 3, "theatre": "t.yaml"}
    assert validator.is_valid(good)
    for bad in (
        {"isr": {"coverage": 40}},
        {"isr": {"coverag": 1}},
        {"days": "3"},
        {"guards": {"scale": {"unifrom": [1, 2]}}},
    ):
        assert not validator.is_valid({**good, **bad}), bad
    assert not validator.is_valid({"name": "x"})
    assert validator.is_valid({"extends": "y.yaml"})

"""The words that files may use are declared once, and everything that lists them says the same."""

import ast
from pathlib import Path

from sim.scenario import claims, vocabulary
from sim.scenario.fields import SCENARIO, THEATRE, kind_at
from sim.scenario.theatre import Held, Origins

PLACES = {
    vocabulary.ROLES: (SCENARIO, ("observers", 0, "role")),
    vocabulary.HANDOVERS: (SCENARIO, ("control", "handover")),
    vocabulary.INCIDENT_KINDS: (SCENARIO, ("incidents", 0, "kind")),
    vocabulary.OBSERVER_KINDS: (SCENARIO, ("observers", 0, "kind")),
    vocabulary.OBSERVER_SITES: (SCENARIO, ("observers", 0, "sites")),
    vocabulary.RELIABILITIES: (SCENARIO, ("observers", 0, "reliability")),
    vocabulary.CATEGORIES: (SCENARIO, ("levers", "repatriation", "who")),
    vocabulary.FACILITY_KINDS: (THEATRE, ("facilities", "x", "kind")),
    vocabulary.REGIMES: (THEATRE, ("facilities", "x", "custody")),
}


def test_the_declaration_takes_the_words_of_the_vocabulary() -> None:
    for words, (root, where) in PLACES.items():
        found = kind_at(root, where)
        assert found is not None and found.choices == words, where


def test_people_are_keyed_by_the_words_of_the_vocabulary() -> None:
    assert tuple(Held.model_fields) == vocabulary.PEOPLE_KINDS
    assert tuple(Origins.model_fields) == vocabulary.PEOPLE_ORIGINS


def test_a_direct_count_is_as_reliable_as_an_observer_or_never_enough() -> None:
    found = kind_at(SCENARIO, ("confirmation", "direct_reliability"))
    assert found is not None and found.choices == (*vocabulary.RELIABILITIES, "never")


def test_roles_and_categories_are_one_list_wherever_they_are_asked_for() -> None:
    assert claims.CATEGORIES is vocabulary.CATEGORIES


def test_the_vocabulary_imports_nothing_but_typing() -> None:
    tree = ast.parse(Path(vocabulary.__file__).read_text(encoding="utf-8"))
    modules = [node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    assert modules == ["__future__", "typing"]
    assert not any(isinstance(node, ast.Import) for node in ast.walk(tree))

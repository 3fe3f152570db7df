"""The changes that `make mutants` makes, so that a score of it means something."""

import ast

import pytest

from mutation.mutants import mutants
from mutation.targets import TARGETS
from tests.test_architecture import ROOT


def told(source: str) -> list[str]:
    return [str(mutant) for mutant in mutants(ast.parse(source))]


@pytest.mark.parametrize(
    ("source", "changes"),
    [
        ("MAY = {LEAD, STAFF}", ["without `LEAD`", "without `STAFF`"]),
        ("LOCKING = STAFF | LEADS", ["`STAFF | LEADS` → `STAFF`", "`STAFF | LEADS` → `LEADS`"]),
        ("late = due < day", ["`due < day` → `due <= day`"]),
        ("ok = mine and live", ["`mine and live` → `live`", "`mine and live` → `mine`"]),
        (
            "query.where(mine, live)",
            ["`query.where(mine, live)` → `pass`", "without `mine`", "without `live`"],
        ),
        ("row = May(READ, MINE)", ["without `MINE`", "`READ` → `ALL`"]),
        (
            "sql = 'SELECT id FROM a WHERE b <= :now'",
            ["`FROM a WHERE b <= :now` → `FROM a WHERE b < :now`"],
        ),
        ("if not shown:\n    raise Forbidden", ["`not shown` → `shown`", "`raise Forbidden` → `pass`"]),
        ("IDLE = timedelta(minutes=30)", ["without `minutes=30`", "`30` → `31`"]),
    ],
)
def test_rules_are_changed_wherever_they_stand(source: str, changes: list[str]) -> None:
    assert told(source) == changes


@pytest.mark.parametrize(
    "source",
    [
        '"""Words."""',
        'def f(a: "x" = b) -> "y": ...',
        'raise_ = say("Wait {minutes} minutes", minutes=minutes)',
        'class Role(StrEnum):\n    LEAD = "lead"',
    ],
)
def test_words_annotations_and_names_are_left_alone(source: str) -> None:
    assert told(source) == []


@pytest.mark.parametrize("module", TARGETS)
def test_each_module_that_must_not_be_wrong_exists_and_so_do_the_tests_that_answer_for_it(
    module: str,
) -> None:
    assert mutants(
        ast.parse(ROOT.joinpath(*module.split(".")).with_suffix(".py").read_text(encoding="utf-8"))
    )
    for test in TARGETS[module].tests:
        file, _, name = test.partition("::")
        assert f"def {name}" in (ROOT / file).read_text(encoding="utf-8")


def test_a_change_is_made_once_and_compiles() -> None:
    tree = ast.parse("MAY = {LEAD, STAFF}")
    mutants(tree)[0].apply()
    assert ast.unparse(ast.fix_missing_locations(tree)) == "MAY = {STAFF}"

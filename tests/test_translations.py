"""Whatever the program says, it says in Khmer too."""

import ast
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po
from jinja2 import Environment, nodes

from rti.core import i18n
from rti.statistics.measures import MEASURES
from rti.web import labels
from rti.web.menu import MENU

ROOT = Path(__file__).parent.parent
MODULES = sorted([*ROOT.glob("rti/**/*.py"), *ROOT.glob("notifications/**/*.py")])
TEMPLATES = sorted(
    path
    for folder in ("rti", "notifications")
    for path in (ROOT / folder).glob("**/templates/**/*")
    if path.suffix in {".html", ".txt"}
)
SPEAKING = {"_", "gettext", "ngettext", "say", "N_"}
DEFERRED = {
    "words",
    "measure.name",
    "measure.question",
    "kept.what",
    "kept.why",
    "measure.counts",
    "measure.excludes",
    "view.request.doubtful",
    "promise.what",
    "seizure.taken",
    "seizure.gives",
    "seizure.keeps",
    "seizure.then",
    "limit",
}
"""What templates translate without naming the text: each was marked with N_ where it was written."""
UNTRANSLATED = {"kB"}

DEADLINE, BENCHMARK = "កាលបរិច្ឆេទផុតកំណត់", "គោលប្រៀបធៀប"


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


def forms(text: str | list[str] | tuple[str, ...]) -> tuple[str, ...]:
    return (text,) if isinstance(text, str) else tuple(text)


def placeholders(message: str | list[str] | tuple[str, ...]) -> set[str]:
    return {found for form in forms(message) for found in re.findall(r"\{[^}]*\}", form)}


def messages(catalogue: Catalog) -> list[Message]:
    return [message for message in catalogue if message.id]


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Catalog:
    """The texts of the program, collected by the very command of `make messages`."""
    recipe = (ROOT / "Makefile").read_text(encoding="utf-8").splitlines()
    arguments = shlex.split(next(line for line in recipe if "pybabel -q extract" in line))[1:]
    found = tmp_path_factory.mktemp("texts") / "messages.pot"
    arguments[arguments.index("-o") + 1] = str(found)
    subprocess.run([sys.executable, "-m", "babel.messages.frontend", *arguments], cwd=ROOT, check=True)
    with found.open("rb") as file:
        return read_po(file)


@pytest.fixture(scope="module")
def khmer() -> Catalog:
    with (i18n.CATALOGUES / "km" / "LC_MESSAGES" / "messages.po").open("rb") as file:
        return read_po(file)


def test_every_text_has_a_khmer_translation_and_no_translation_is_left_over(
    source: Catalog, khmer: Catalog
) -> None:
    translated = {message.id for message in messages(khmer) if all(forms(message.string))}
    wanted = {message.id for message in messages(source)}
    assert wanted - translated == set(), "run `make messages` and translate what is new"
    assert translated - wanted == set(), "run `make messages`"
    assert not khmer.obsolete


def test_no_translation_is_a_guess(khmer: Catalog) -> None:
    assert [message.id for message in messages(khmer) if message.fuzzy] == []


def test_a_translation_has_the_placeholders_of_its_text(khmer: Catalog) -> None:
    different = [m.id for m in messages(khmer) if placeholders(m.id) != placeholders(m.string)]
    assert different == []


def test_khmer_has_one_form_for_any_number(khmer: Catalog) -> None:
    assert khmer.num_plurals == 1
    assert {len(forms(message.string)) for message in messages(khmer)} == {1}
    for one, many in (message.id for message in messages(khmer) if message.pluralizable):
        assert not {i18n.translations("km").ngettext(one, many, number) for number in (0, 1, 2)} & {one, many}


def test_a_benchmark_is_never_called_a_legal_deadline(khmer: Catalog) -> None:
    for message in messages(khmer):
        english, translation = " ".join(forms(message.id)).lower(), " ".join(forms(message.string))
        assert (DEADLINE in translation) == ("deadline" in english), english
        assert (BENCHMARK in translation) == ("benchmark" in english), english


def test_the_catalogue_names_no_person_and_no_machine() -> None:
    text = (i18n.CATALOGUES / "km" / "LC_MESSAGES" / "messages.po").read_text(encoding="utf-8")
    header = text.partition("\n\n")[0]
    assert "charset=utf-8" in header
    assert not re.search(r"@|Translator|Team|Date|Generated", header)
    assert "#:" not in text


def spoken(path: Path) -> Iterator[tuple[str, ast.expr]]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in SPEAKING:
            yield node.func.id, node.args[0]


def marked(path: Path) -> set[str]:
    """The names that a module gives to texts which it marks with N_."""
    return {
        target.id
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Assign)
        and isinstance(node.value, ast.Call)
        and ast.unparse(node.value.func) == "N_"
        for target in node.targets
        if isinstance(target, ast.Name)
    }


@pytest.mark.parametrize("path", MODULES, ids=named)
def test_every_text_in_python_can_be_found_by_the_extraction(path: Path) -> None:
    known = marked(path)
    hidden = [
        ast.unparse(text)
        for _, text in spoken(path)
        if not (isinstance(text, ast.Constant) and isinstance(text.value, str))
        and not (isinstance(text, ast.Name) and text.id in known)
    ]
    assert not hidden


@pytest.mark.parametrize("path", TEMPLATES, ids=named)
def test_every_text_in_a_template_can_be_found_by_the_extraction(path: Path) -> None:
    parsed = Environment(autoescape=True, extensions=["jinja2.ext.i18n"]).parse(
        path.read_text(encoding="utf-8")
    )
    for call in parsed.find_all(nodes.Call):
        if isinstance(call.node, nodes.Name) and call.node.name in SPEAKING:
            text = call.args[0]
            assert isinstance(text, nodes.Const) or expression(text) in DEFERRED, call.lineno


def expression(node: nodes.Node) -> str:
    if isinstance(node, nodes.Getattr):
        return f"{expression(node.node)}.{node.attr}"
    return node.name if isinstance(node, nodes.Name) else "?"


@pytest.mark.parametrize("path", [path for path in TEMPLATES if path.suffix == ".html"], ids=named)
def test_no_page_holds_words_that_are_not_translated(path: Path) -> None:
    markup = re.sub(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    spoken_by_attributes = re.findall(r'(?:aria-label|title|placeholder|alt)="([^"]*)"', markup)
    text = re.sub(r'<[^>]*>|[\w-]+="[^"]*"|&\w+;', " ", markup)
    assert set(re.findall(r"[^\W\d_]{2,}", " ".join([text, *spoken_by_attributes]))) <= UNTRANSLATED


@pytest.mark.parametrize("kind", labels.LABELS, ids=lambda kind: kind.__name__)
def test_every_member_of_an_enumeration_has_words_in_both_languages(kind: type[StrEnum]) -> None:
    translate = i18n.translator("km")
    assert set(labels.LABELS[kind]) == set(kind)
    for member in kind:
        assert labels.label(member)
        assert translate(labels.label(member)) != labels.label(member)


def test_the_menu_and_the_measures_are_translated() -> None:
    translate = i18n.translator("km")
    texts = [words for _, words, _ in MENU]
    texts += [text for m in MEASURES for text in (m.name, m.question, m.counts, m.excludes)]
    assert [text for text in texts if translate(text) == text] == []

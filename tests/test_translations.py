"""Whatever the program says, it says in Khmer too."""

import ast
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po
from jinja2 import nodes

from rti import labels
from rti.core import i18n
from rti.law.steps import IN_OUR_WORDS, WAYS
from rti.statistics.methods import METHODS
from rti.web.forms import DONE
from rti.web.guidance import STEPS
from rti.web.menu import MENU
from tests.sources import MODULES, ROOT, TEMPLATES, named, parsed, parsed_template, text

# All modules are parsed once.
pytestmark = pytest.mark.xdist_group("sources")
SPEAKING = {"_", "gettext", "ngettext", "say", "N_"}
DEFERRED = {
    "words",
    "done",
    "ours",
    "step.title",
    "step.words",
    "each.words",
    "job.title",
    "measure",
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
    "told.reason",
    "limit",
}
"""What templates translate without naming the text: each was marked with N_ where it was written."""
UNTRANSLATED = {"kB", "SHA", "SVG", "PNG"}

DEADLINE, BENCHMARK = "កាលបរិច្ឆេទផុតកំណត់", "គោលប្រៀបធៀប"


def forms(text: str | list[str] | tuple[str, ...]) -> tuple[str, ...]:
    return (text,) if isinstance(text, str) else tuple(text)


def placeholders(message: str | list[str] | tuple[str, ...]) -> set[str]:
    return {found for form in forms(message) for found in re.findall(r"\{[^}]*\}", form)}


def messages(catalogue: Catalog) -> list[Message]:
    return [message for message in catalogue if message.id]


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Catalog:
    """The texts of the program, collected by the very command of `make messages`."""
    recipe = text("Makefile").splitlines()
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
    written = (i18n.CATALOGUES / "km" / "LC_MESSAGES" / "messages.po").read_text(encoding="utf-8")
    header = written.partition("\n\n")[0]
    assert "charset=utf-8" in header
    assert not re.search(r"@|Translator|Team|Date|Generated", header)
    assert "#:" not in written


def spoken(path: Path) -> Iterator[ast.expr]:
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in SPEAKING:
            yield node.args[0]


def marked(path: Path) -> set[str]:
    """The names that a module gives to texts which it marks with N_."""
    return {
        target.id
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Assign)
        and isinstance(node.value, ast.Call)
        and ast.unparse(node.value.func) == "N_"
        for target in node.targets
        if isinstance(target, ast.Name)
    }


def test_every_text_in_python_can_be_found_by_the_extraction() -> None:
    hidden = [
        f"{named(path)}:{said.lineno}: {ast.unparse(said)}"
        for path in MODULES
        for said in spoken(path)
        if not (isinstance(said, ast.Constant) and isinstance(said.value, str))
        and not (isinstance(said, ast.Name) and said.id in marked(path))
    ]
    assert hidden == []


def speaking(template: nodes.Template) -> Iterator[nodes.Call]:
    for call in template.find_all(nodes.Call):
        if isinstance(call.node, nodes.Name) and call.node.name in SPEAKING:
            yield call


def test_every_text_in_a_template_can_be_found_by_the_extraction() -> None:
    hidden = [
        f"{named(path)}:{call.lineno}: {expression(call.args[0])}"
        for path in TEMPLATES
        for call in speaking(parsed_template(path))
        if not isinstance(call.args[0], nodes.Const) and expression(call.args[0]) not in DEFERRED
    ]
    assert hidden == []


def expression(node: nodes.Node) -> str:
    if isinstance(node, nodes.Getattr):
        return f"{expression(node.node)}.{node.attr}"
    return node.name if isinstance(node, nodes.Name) else "?"


def untranslated(path: Path) -> set[str]:
    """The words of a template that are the same in every language: its own text, attributes and string literals."""
    template = parsed_template(path)
    markup = "".join(node.data for node in template.find_all(nodes.TemplateData))
    attributes = re.findall(r"""(?:aria-label|title|placeholder|alt)=["']([^"']*)""", markup)
    shown = re.sub(r"<[^>]*>|[\w-]+=\"[^\"]*\"|&\w+;", " ", markup)
    translated = [literal for call in speaking(template) for literal in call.find_all(nodes.Const)]
    literals = [
        each.value
        for each in template.find_all(nodes.Const)
        if isinstance(each.value, str) and re.search(r"[A-Z]\w|\w \w", each.value)
        if not any(each is literal for literal in translated)
    ]
    return set(re.findall(r"[^\W\d_]{2,}", " ".join([shown, *attributes, *literals])))


def test_no_template_holds_words_that_are_not_translated() -> None:
    pages = [path for path in TEMPLATES if path.suffix == ".html"]
    found = {named(path): untranslated(path) - UNTRANSLATED for path in pages}
    assert {name: words for name, words in found.items() if words} == {}


def test_every_member_of_an_enumeration_has_words_in_both_languages() -> None:
    translate = i18n.translator("km")
    assert {kind: set(each) for kind, each in labels.LABELS.items()} == {
        kind: set(kind) for kind in labels.LABELS
    }
    members = [member for kind in labels.LABELS for member in kind]
    assert [repr(each) for each in members if translate(labels.label(each)) == labels.label(each)] == []


def test_the_menu_and_the_measures_are_translated() -> None:
    translate = i18n.translator("km")
    texts = [words for _, words, _ in MENU]
    texts += [*DONE.values(), *IN_OUR_WORDS.values(), *(way.words for way in WAYS.values())]
    texts += [text for steps in STEPS.values() for step in steps for text in (step.title, step.words)]
    for method in METHODS.values():
        texts += [method.differs, *(section.name for section in method.sections)]
        texts += [column.name for column in method.columns if type(column.name) is str]
        texts += [text for m in method.measures for text in (m.name, m.question, m.counts, m.excludes)]
    assert [text for text in texts if translate(text) == text] == []

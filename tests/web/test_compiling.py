"""Templates with the words of one language in them, and texts that are escaped as ever."""

import gc

import httpx
import pytest
from jinja2 import DictLoader, StrictUndefined, UndefinedError
from jinja2.runtime import Context, Macro
from markupsafe import Markup, escape

from rti.core.roles import Role
from rti.law.status import RequestStatus
from rti.web.compiling import InLanguage, shown
from tests.conftest import SignIn

KHMER = {"Public body": "ស្ថាប័ន <សាធារណៈ>", "{count} days": "{count} ថ្ងៃ"}


def _page(template: str, **values: object) -> str:
    environment = InLanguage(
        lambda words: KHMER.get(words, words),
        loader=DictLoader({"page": template}),
        autoescape=True,
        undefined=StrictUndefined,
    )
    return environment.get_template("page").render(**values)


@pytest.mark.parametrize(
    "value",
    ["plain", "a < b", 'x" onload="', "it's & more", Markup("<b>kept</b>"), 7, None, RequestStatus.OPEN, ""],
)
def test_whatever_is_shown_is_escaped_as_by_the_library(value: object) -> None:
    assert str(shown(value)) == str(escape(value)) == _page("{{ value }}", value=value)


def test_words_are_looked_up_before_anybody_asks_and_escaped_like_all_others() -> None:
    assert _page('<b title="{{ _("Public body") }}">') == '<b title="ស្ថាប័ន &lt;សាធារណៈ&gt;">'
    assert _page('{{ _("{count} days").format(count=count) }}', count="<3") == "&lt;3 ថ្ងៃ"
    assert _page("{{ _(words) }}", words="said later", _=str.upper) == "SAID LATER"


def test_a_name_that_is_missing_is_still_a_fault() -> None:
    with pytest.raises(UndefinedError):
        _page("{{ missing }}")
    with pytest.raises(UndefinedError):
        _page("{{ missing.name }}")
    with pytest.raises(AttributeError):
        _page("{{ view.missing }}", view=object())
    assert _page("{{ 'yes' if view.real is defined }}{{ 'no' if view.missing is defined }}", view=7) == "yes"


def test_an_item_of_a_mapping_is_found_like_an_attribute() -> None:
    view = {"name": "A", "inner": {"name": "B"}}
    page = "{{ view.get('title', 'none') }} {{ view.name }}{{ view.inner.name }}{{ view.inner.name.lower() }}"
    assert _page(page, view=view) == "none ABb"
    with pytest.raises(UndefinedError):
        _page("{{ view.missing }}", view=view)


def test_what_a_macro_wrote_is_not_escaped_twice() -> None:
    macro = '{% macro tag(text) %}<i>{{ text }}</i>{% endmacro %}{{ tag("<") }}{{ tag("a") ~ "<" }}'
    assert _page(macro) == "<i>&lt;</i><i>a</i>&lt;"


@pytest.mark.parametrize("page", ["/", "/requests", "/bodies", "/letters", "/requests/counts"])
async def test_a_page_leaves_nothing_to_the_garbage_collector(
    client: httpx.AsyncClient, sign_in: SignIn, page: str
) -> None:
    """Macros that know the page that uses them keep it, with all of its rows, until the next collection."""
    await sign_in(Role.STAFF)
    await client.get(page)
    gc.collect()
    gc.set_debug(gc.DEBUG_SAVEALL)
    try:
        assert (await client.get(page)).status_code == 200
        gc.collect()
        assert not [each for each in gc.garbage if isinstance(each, Context | Macro)]
    finally:
        gc.set_debug(0)
        gc.garbage.clear()

"""Templates of one language: words are looked up when a template is compiled, and what is shown takes no detours.

A page of a list shows a few hundred texts, most of which have nothing that HTML would read as its own.
"""

import re
from types import MethodType
from typing import Any

from jinja2 import Environment, Template, nodes
from jinja2.runtime import Context
from jinja2.visitor import NodeTransformer
from markupsafe import Markup, escape

from rti.core.i18n import Translate

_MARKS = re.compile("[&<>\"']").search


def shown(value: Any) -> str:
    """The same as `escape`, which makes an object of each text."""
    kind = type(value)
    if kind is Markup or (kind is str and _MARKS(value) is None):
        text: str = value
        return text
    return escape(value)


class _Calls(Context):
    """No method is given the context, so for methods nobody asks whether they want it."""

    def call(self, called: Any, *given: Any, **named: Any) -> Any:
        if type(called) is not MethodType:
            return super().call(called, *given, **named)
        named.pop("_loop_vars", None)
        named.pop("_block_vars", None)
        return called(*given, **named)


class _Shows(Template):
    """What is compiled finds `shown` where it looks for `escape`."""

    @classmethod
    def _from_namespace(cls, environment: Any, namespace: Any, *more: Any) -> Any:
        namespace["escape"] = shown
        return super()._from_namespace(environment, namespace, *more)


class _Said(NodeTransformer):
    """Puts the words of a language in the place of `_("...")`."""

    def __init__(self, translate: Translate) -> None:
        self._translate = translate

    def visit_Call(self, node: nodes.Call) -> nodes.Node:  # noqa: N802 -- as its base calls it
        self.generic_visit(node)
        match node:
            case nodes.Call(node=nodes.Name(name="_"), args=[nodes.Const(value=str(words))]):
                return nodes.Const(self._translate(words), lineno=node.lineno)
        return node


class InLanguage(Environment):
    """The templates of one language; `translate` gives its words for ours."""

    context_class = _Calls
    template_class = _Shows

    def __init__(self, translate: Translate, **options: Any) -> None:
        super().__init__(**options)
        self._translate = translate

    def _parse(self, *source: Any) -> nodes.Template:
        template: nodes.Template = _Said(self._translate).visit(super()._parse(*source))
        return template

"""Templates of one language: words are looked up when a template is compiled, and what is shown takes no detours.

A page of a list shows a few hundred texts, most of which have nothing that HTML would read as its own.
"""

import re
from datetime import date
from keyword import iskeyword
from typing import Any
from uuid import UUID

from jinja2 import Environment, Template, nodes
from jinja2.compiler import CodeGenerator, Frame
from jinja2.environment import TemplateModule
from jinja2.meta import find_referenced_templates, find_undeclared_variables
from jinja2.visitor import NodeTransformer
from markupsafe import Markup, escape

from rti.core.i18n import Translate

_MARKS = re.compile("[&<>\"']").search
MACROS = "macros of this page"
"""The variable of a page that keeps the modules which its parts have imported."""


def shown(value: Any) -> str:
    """The same as `escape`, which makes an object of each text."""
    kind = type(value)
    if kind is str or kind is Markup:
        text: str = value
        return text if kind is Markup or _MARKS(text) is None else escape(text)
    return str(value) if kind in _HARMLESS else escape(value)


_HARMLESS = {int, UUID, date}
"""Types whose texts have no marks."""


class _AsPython(CodeGenerator):
    """Attributes and methods of objects are looked up by Python itself. The detours look among the items of what lacks an
    attribute, which only mappings, `is defined` and the blocks of `self` need, and ask of a method whether it wants the context."""

    _asked_for = False

    def visit_Test(self, node: nodes.Test, frame: Frame) -> None:  # noqa: N802 -- as its base calls it
        self._asked_for = node.name == "defined"
        super().visit_Test(node, frame)
        self._asked_for = False

    def visit_Getattr(self, node: nodes.Getattr, frame: Frame) -> None:  # noqa: N802 -- as its base calls it
        of_self = isinstance(node.node, nodes.Name) and node.node.name == "self"
        if self._asked_for or of_self or iskeyword(node.attr):
            super().visit_Getattr(node, frame)
            return
        self.write(f"(_it.{node.attr} if (_it := ")
        self.visit(node.node, frame)
        self.write(f").__class__ is not dict else environment.getattr(_it, {node.attr!r}))")

    def visit_Call(self, node: nodes.Call, frame: Frame, forward_caller: bool = False) -> None:  # noqa: N802 -- as its base calls it
        if forward_caller or node.dyn_args or node.dyn_kwargs or not isinstance(node.node, nodes.Getattr):
            super().visit_Call(node, frame, forward_caller=forward_caller)
            return
        self.visit(node.node, frame)
        self.write("(")
        for given in (*node.args, *node.kwargs):
            self.visit(given, frame)
            self.write(", ")
        self.write(")")


class _Shows(Template):
    """What is compiled finds `shown` where it looks for `escape`."""

    @classmethod
    def _from_namespace(cls, environment: Any, namespace: Any, *more: Any) -> Any:
        namespace["escape"] = shown
        return super()._from_namespace(environment, namespace, *more)

    def make_module(self, vars: Any = None, shared: bool = False, locals: Any = None) -> TemplateModule:  # noqa: A002 -- as its base calls them
        """What is imported with the context of a page: made once for all of its parts that give it the same."""
        context = {**(vars or {}), **(locals or {})}
        made: dict[str, tuple[list[Any], TemplateModule]] = context.get(MACROS, {})
        name, environment = str(self.name), self.environment
        assert isinstance(environment, InLanguage)  # noqa: S101 -- which makes these templates
        given = [context.get(each, made) for each in environment.asked_by(name)]
        before, module = made.get(name, ([], None))
        if module is None or any(old is not new for old, new in zip(before, given, strict=True)):
            module = super().make_module(vars, shared, locals)
            made[name] = given, module
        return module


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

    code_generator_class = _AsPython
    template_class = _Shows

    def __init__(self, translate: Translate, **options: Any) -> None:
        super().__init__(**options)
        self._translate = translate
        self._asked: dict[str, frozenset[str]] = {}

    def asked_by(self, name: str) -> frozenset[str]:
        """The variables that a template and those that it imports expect of who uses them."""
        if name not in self._asked:
            assert self.loader is not None  # noqa: S101 -- ours all have one
            tree = self.parse(self.loader.get_source(self, name)[0])
            others = [each for each in find_referenced_templates(tree) if each]
            self._asked[name] = frozenset(find_undeclared_variables(tree)).union(*map(self.asked_by, others))
        return self._asked[name]

    def _parse(self, *source: Any) -> nodes.Template:
        template: nodes.Template = _Said(self._translate).visit(super()._parse(*source))
        return template

"""Templates of one language: words are looked up when a template is compiled, and what is shown takes no detours.

A page of a list shows a few hundred texts, most of which have nothing that HTML would read as its own.
"""

from datetime import date
from keyword import iskeyword
from typing import Any
from uuid import UUID

from jinja2 import Environment, Template, nodes
from jinja2.compiler import CodeGenerator, Frame
from jinja2.environment import TemplateModule
from jinja2.visitor import NodeTransformer
from markupsafe import Markup, escape
from markupsafe import _escape_inner as escaped_text  # type: ignore[attr-defined]

from rti.core.i18n import Translate


def shown(value: Any) -> str:
    """The same as `escape`, which makes an object of each text of what its own function gives."""
    kind = type(value)
    if kind is str or kind is Markup:
        text: str = value if kind is Markup else escaped_text(value)
        return text
    return str(value) if kind in _HARMLESS else escape(value)


_HARMLESS = {int, UUID, date}
"""Types whose texts have no marks."""


class _AsPython(CodeGenerator):
    """Python itself looks up attributes and calls functions, methods and macros. The detours look among the items of what lacks
    an attribute, which only mappings, `is defined` and the blocks of `self` need, ask what is called whether it wants the
    context, and keep for that the variables of loops, which none of ours reads there."""

    _asked_for = False

    def pop_assign_tracking(self, frame: Frame) -> None:
        if frame.loop_frame:
            self._assign_stack.pop()
        else:
            super().pop_assign_tracking(frame)

    def visit_Test(self, node: nodes.Test, frame: Frame) -> None:  # noqa: N802 -- as its base calls it
        if node.name == "none":
            self.write("(")
            self.visit(node.node, frame)
            self.write(" is None)")
            return
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
        if forward_caller or node.dyn_args or node.dyn_kwargs or not self._is_plain(node.node):
            super().visit_Call(node, frame, forward_caller=forward_caller)
            return
        self.visit(node.node, frame)
        self.write("(")
        for given in (*node.args, *node.kwargs):
            self.visit(given, frame)
            self.write(", ")
        self.write(")")

    def _is_plain(self, function: nodes.Expr) -> bool:
        """Whether it is a method, a macro or a function that does not want the context."""
        if isinstance(function, nodes.Name):
            return not hasattr(self.environment.globals.get(function.name), "jinja_pass_arg")
        return isinstance(function, nodes.Getattr)


class _Shows(Template):
    """What is compiled finds `shown` where it looks for `escape`, and what is imported is made once."""

    @classmethod
    def _from_namespace(cls, environment: Any, namespace: Any, *more: Any) -> Any:
        namespace["escape"] = shown
        return super()._from_namespace(environment, namespace, *more)

    def _get_default_module(self, ctx: Any = None) -> TemplateModule:  # noqa: ARG002 -- the interface
        """What is imported knows the variables of the environment, which are the same on every page."""
        return super()._get_default_module()


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

    def _parse(self, *source: Any) -> nodes.Template:
        template: nodes.Template = _Said(self._translate).visit(super()._parse(*source))
        return template

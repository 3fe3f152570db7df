"""How JSON routes get their `data`: each body is read by `validation.decode`, so faults are listed as in a form."""

from collections.abc import Mapping
from typing import Any, TypeVar

import msgspec
from litestar.dto import AbstractDTO, MsgspecDTO
from litestar.openapi.spec import Reference, Schema
from litestar.plugins import SerializationPlugin
from litestar.typing import FieldDefinition

from rti.core.errors import Malformed, TooLarge, say
from rti.core.validation import decode
from rti.web.request_class import LARGEST_TEXT

T = TypeVar("T", bound=msgspec.Struct)


class JsonBody(MsgspecDTO[T]):
    """The body of a request as one command, or TooLarge, Malformed or Invalid."""

    def decode_bytes(self, value: bytes) -> Any:
        if len(value) > LARGEST_TEXT:
            raise TooLarge
        try:
            given = msgspec.json.decode(value)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            raise Malformed(say("Send one JSON object, in UTF-8")) from None
        return self.decode_builtins(given)

    def decode_builtins(self, value: Any) -> Any:
        if not isinstance(value, Mapping):
            raise Malformed(say("Send one JSON object, in UTF-8"))
        return decode(self.model_type, value)

    @classmethod
    def create_for_field_definition(cls, *_: Any, **__: Any) -> None:
        """Nothing: the framework would compile functions of its own for each handler, which `decode` does without."""

    @classmethod
    def create_openapi_schema(
        cls, field_definition: FieldDefinition, handler_id: str, schema_creator: Any
    ) -> Reference | Schema:
        """The command itself: the framework's copy for a handler cannot describe a text with a pattern."""
        del handler_id
        command = FieldDefinition.from_annotation(field_definition.annotation)
        schema: Reference | Schema = schema_creator.for_field_definition(command)
        return schema


class JsonBodies(SerializationPlugin):
    """Reads the `data` of every handler as a JsonBody; answers (`return_dto=None`) need no such help."""

    def supports_type(self, field_definition: FieldDefinition) -> bool:
        return field_definition.is_subclass_of(msgspec.Struct)

    def create_dto_for_type(self, field_definition: FieldDefinition) -> type[AbstractDTO[Any]]:
        return JsonBody.__class_getitem__(field_definition.annotation)

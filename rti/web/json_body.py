"""What the JSON routes share: bodies are read by `decode`, so faults are told as in a form."""

from collections.abc import Mapping
from typing import Any, TypeVar

import msgspec
from litestar._openapi.schema_generation import SchemaCreator
from litestar.dto import MsgspecDTO
from litestar.openapi.spec import Reference, Schema
from litestar.typing import FieldDefinition

from rti.core.errors import Malformed, say
from rti.core.validation import decode

T = TypeVar("T", bound=msgspec.Struct)


class JsonBody(MsgspecDTO[T]):
    """The body of a request as one command, or Malformed or Invalid."""

    def decode_bytes(self, value: bytes) -> Any:
        try:
            given = msgspec.json.decode(value)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            raise Malformed(say("Send one JSON object, in UTF-8")) from None
        return self.decode_builtins(given)

    @classmethod
    def create_openapi_schema(
        cls,
        field_definition: FieldDefinition,  # noqa: ARG003 -- the interface
        handler_id: str,  # noqa: ARG003 -- the interface
        schema_creator: SchemaCreator,
    ) -> Reference | Schema:
        """The command itself: the framework's copy of it cannot describe a text with a pattern."""
        return schema_creator.for_field_definition(FieldDefinition.from_annotation(cls.model_type))

    def decode_builtins(self, value: Any) -> Any:
        if not isinstance(value, Mapping):
            raise Malformed(say("Send one JSON object, in UTF-8"))
        return decode(self.model_type, value)

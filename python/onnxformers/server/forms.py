"""Forms with files: multipart/form-data.

Source: RFC 7578; python-multipart reads the parts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from onnxformers.server.problems import Problem

if TYPE_CHECKING:
    from python_multipart.multipart import MultipartCallbacks

_MAX_PARTS = 64
_MAX_BOUNDARY = 200


class Form:
    """The fields of a form, each taken out once; a name may come several times."""

    def __init__(self, fields: dict[str, list[bytes]]) -> None:
        self._fields = fields

    def file(self, name: str) -> bytes:
        """A field that must be there.

        Raises:
            Problem: It is not.
        """
        values = self._fields.pop(name, [])
        if len(values) != 1 or not values[0]:
            raise Problem(422, f"the form must hold one {name} that is not empty")
        return values[0]

    def text(self, name: str, default: str = "") -> str:
        """The text of a field that may come once.

        Raises:
            Problem: It comes several times.
        """
        values = self.texts(name)
        if len(values) > 1:
            raise Problem(422, f"{name} may be given once")
        return values[0] if values else default

    def texts(self, *names: str) -> list[str]:
        """The texts of all fields of these names."""
        found = [value for name in names for value in self._fields.pop(name, [])]
        return [value.decode().strip() for value in found]

    def end(self) -> None:
        """Refuse what is left.

        Raises:
            Problem: Something is.
        """
        if self._fields:
            raise Problem(422, f"{', '.join(map(repr, self._fields))} cannot be given")


def read_form(content_type: str, body: bytes) -> Form:
    """The fields of a body.

    Raises:
        Problem: It is no form, or a broken one.
    """
    kind, options = parse_options_header(content_type)
    if kind != b"multipart/form-data":
        raise Problem(422, "the body must be a form: multipart/form-data")
    boundary = options.get(b"boundary", b"")
    if not 0 < len(boundary) <= _MAX_BOUNDARY:
        raise Problem(422, "the form is broken: its content type has no boundary")
    parts = _Parts()
    try:
        parser = MultipartParser(boundary, parts.callbacks)
        parser.write(body)
        parser.finalize()
    except FormParserError as error:
        raise Problem(422, f"the form is broken: {error}") from None
    if not parts.is_whole:
        raise Problem(422, "the form is broken, or cut off")
    if not parts.fields:
        raise Problem(422, "the form is empty")
    return Form(parts.fields)


class _Parts:
    """What the parser tells, part by part.

    Attributes:
        fields: By name.
        is_whole: Whether the end came.
    """

    def __init__(self) -> None:
        self.fields: dict[str, list[bytes]] = {}
        self.is_whole = False
        self._count = 0
        self._header = self._value = self._disposition = b""
        self._content: list[bytes] = []

    @property
    def callbacks(self) -> MultipartCallbacks:
        """By the names that the parser has for them."""
        return {
            "on_part_begin": self._part_begin,
            "on_header_field": self._header_field,
            "on_header_value": self._header_value,
            "on_header_end": self._header_end,
            "on_part_data": self._part_data,
            "on_part_end": self._part_end,
            "on_end": self._end,
        }

    def _part_begin(self) -> None:
        self._count += 1
        if self._count > _MAX_PARTS:
            raise Problem(422, f"a form may have {_MAX_PARTS} parts")
        self._disposition, self._content = b"", []

    def _header_field(self, data: bytes, begin: int, end: int) -> None:
        self._header += data[begin:end]

    def _header_value(self, data: bytes, begin: int, end: int) -> None:
        self._value += data[begin:end]

    def _header_end(self) -> None:
        if self._header.lower() == b"content-disposition":
            self._disposition = self._value
        self._header = self._value = b""

    def _part_data(self, data: bytes, begin: int, end: int) -> None:
        self._content.append(data[begin:end])

    def _part_end(self) -> None:
        name = parse_options_header(self._disposition)[1].get(b"name")
        if not name:
            raise Problem(422, "a part of the form has no name")
        self.fields.setdefault(name.decode(), []).append(b"".join(self._content))

    def _end(self) -> None:
        self.is_whole = True

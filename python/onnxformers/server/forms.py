"""Forms with files: multipart/form-data.

Source: RFC 7578, RFC 2046 (5.1).
"""

from __future__ import annotations

import re

from onnxformers.server.problems import Problem

_MAX_PARTS = 64
_MAX_HEAD = 8192
_MAX_BOUNDARY = 200
_HEADERS = re.compile(rb"content-(type|disposition)\s*:", re.IGNORECASE)
_PARAMETERS = re.compile(rb';\s*([\w-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;"]+))')


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
    if not content_type.lower().startswith("multipart/form-data"):
        raise Problem(422, "the body must be a form: multipart/form-data")
    boundary = _parameter(f"content-type: {content_type}".encode("latin-1"), "boundary")
    if boundary is None or not 0 < len(boundary) <= _MAX_BOUNDARY:
        raise Problem(422, "the form is broken: its content type has no boundary")
    fields: dict[str, list[bytes]] = {}
    for name, content in _parts(body, b"--" + boundary):
        fields.setdefault(name, []).append(content)
    if not fields:
        raise Problem(422, "the form is empty")
    return Form(fields)


def _parts(body: bytes, mark: bytes) -> list[tuple[str, bytes]]:
    """Names and contents."""
    found: list[tuple[str, bytes]] = []
    place = 0 if body.startswith(mark) else body.find(b"\r\n" + mark) + 2
    if place == 1:
        raise Problem(422, "the form is broken: its boundary is not in it")
    while not body.startswith(b"--", place + len(mark)):
        begin = place + len(mark) + 2
        end = body.find(b"\r\n" + mark, begin)
        if body[begin - 2 : begin] != b"\r\n" or end < 0:
            raise Problem(422, "the form is broken, or cut off")
        if len(found) == _MAX_PARTS:
            raise Problem(422, f"a form may have {_MAX_PARTS} parts")
        found.append(_part(body, begin, end))
        place = end + 2
    return found


def _part(body: bytes, begin: int, end: int) -> tuple[str, bytes]:
    blank = body.find(b"\r\n\r\n", begin, min(end, begin + _MAX_HEAD))
    name = None if blank < 0 else _parameter(body[begin:blank], "name")
    if not name:
        raise Problem(422, "a part of the form has no name")
    return name.decode("utf-8"), body[blank + 4 : end]


def _parameter(head: bytes, name: str) -> bytes | None:
    """A parameter of the content type or the disposition."""
    for line in head.split(b"\r\n"):
        if not _HEADERS.match(line):
            continue
        for found, quoted, plain in _PARAMETERS.findall(line):
            if found.lower() == name.encode():
                return bytes(re.sub(rb"\\(.)", rb"\1", quoted)) or bytes(plain)
    return None

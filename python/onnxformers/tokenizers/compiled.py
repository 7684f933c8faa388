"""Compiled tokenizers, kept from one process to the next.

Reading a large tokenizer.json takes tens of milliseconds; a compiled one is mapped into memory and
used as it lies there, by all processes together.
"""

from __future__ import annotations

import functools
import logging
import os
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from onnxformers._native import __file__ as core_path
from onnxformers._native.tokenizers import Tokenizer
from onnxformers.errors import OnnxformersError
from onnxformers.hub.cache import DerivedCache
from onnxformers.tokenizers import overrides
from onnxformers.tokenizers.bare_vocabulary import unknown_token

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_log = logging.getLogger("onnxformers")
_CACHE = DerivedCache("tokenizers", suffix=".tables", checks_itself=True)
# Smaller files are read as quickly as a compiled one is found.
_LEAST_BYTES = 100_000


class OpenTokenizer(NamedTuple):
    """A tokenizer of the core and where it came from.

    Attributes:
        native: the tokenizer.
        sections: tokenizer.json; the tables of the model may be left out.
        document: gives the whole of it.
    """

    native: Tokenizer
    sections: bytes
    document: Callable[[], bytes]


def open_tokenizer(
    source: bytes | os.PathLike[str], rules: tuple[str, ...], options: Mapping[str, object]
) -> OpenTokenizer:
    """The tokenizer of a tokenizer.json as a class with these rules reads it.

    Args:
        source: its bytes, or where it lies: then its compiled form is used, or made and kept.
        rules: names of `overrides.RULES`.
        options: what the rules go by.

    Raises:
        FileFormatError: the file is broken or asks for something unknown.
    """
    if isinstance(source, bytes):
        content = overrides.apply_rules(rules, source, options)
        return OpenTokenizer(Tokenizer.from_json(content), content, lambda: content)
    path = Path(source)

    def document() -> bytes:
        return overrides.apply_rules(rules, path.read_bytes(), options)

    if path.stat().st_size < _LEAST_BYTES or _CACHE.folder is None:
        content = document()
        return OpenTokenizer(Tokenizer.from_json(content), content, document)
    return OpenTokenizer(*_open_compiled(path, document, _key(path, rules, options)), document)


def _open_compiled(path: Path, document: Callable[[], bytes], key: str) -> tuple[Tokenizer, bytes]:
    entry = _CACHE.find(key)
    if entry is not None:
        try:
            return Tokenizer.from_compiled(str(entry))
        except OnnxformersError as error:
            _log.warning("[tokenizers] %s compiled is not usable: %s", path, error)
            _CACHE.discard(key)
    content = document()
    native, compiled = Tokenizer.compile(content)
    _CACHE.store(key, lambda target: target.write_bytes(compiled))
    return native, content


def _key(path: Path, rules: tuple[str, ...], options: Mapping[str, object]) -> str:
    given = {name: options[name] for name in sorted(overrides.OPTIONS & options.keys())}
    given = {**given, "rules": rules, "unk_token": unknown_token(options)}
    return _CACHE.key([path], versions={"core": _core()}, hardware=[], options=given)


@functools.cache
def _core() -> str:
    """Tells one build of the core from another: what the tables mean is their common secret."""
    status = Path(core_path).stat()
    return f"{status.st_size}-{status.st_mtime_ns}"

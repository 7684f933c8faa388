"""Which words follow each other: language models of n-grams in the ARPA format."""

from __future__ import annotations

import gzip
import os
import re
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from onnxformers.errors import FileFormatError, InvalidTypeError, MissingFileError

_BEGIN, _UNKNOWN = "<s>", "<unk>"
#: Log10-probability of a word that the model does not know, where it has none for that.
_NEVER = -7.0
_SECTION = re.compile(r"\\(\d+)-grams:")
_KENLM = b"mmap lm http://kheafield.com/code"


class NGrams:
    """A language model with back-off.

    Attributes:
        order: Words that it looks at together.
    """

    def __init__(self, tables: Sequence[dict[tuple[str, ...], tuple[float, float]]]) -> None:
        self._tables = tables
        self.order = len(tables)

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> NGrams:
        """Read an .arpa file, or one packed by gzip.

        Raises:
            MissingFileError: There is no such file.
            FileFormatError: It is no ARPA file.
            InvalidTypeError: `path` is none.
        """
        if not isinstance(path, (str, os.PathLike)):
            raise InvalidTypeError(
                f"[language_model] expected the path of an .arpa file, got {type(path).__name__}"
            )
        if not Path(path).is_file():
            raise MissingFileError(f"[language_model] there is no file {path}")
        status = Path(path).stat()
        return _load(os.fspath(path), status.st_mtime_ns)

    def score(self, context: Sequence[str], word: str) -> float:
        """Log10-probability of a word after others.

        Example:
            >>> model = NGrams([{("a",): (-1.0, -0.5), ("b",): (-2.0, 0.0)}])
            >>> model.score(["a"], "b")
            -2.0
        """
        if (word,) not in self._tables[0]:
            word = _UNKNOWN
        before = [w if (w,) in self._tables[0] else _UNKNOWN for w in context]
        before = before[-(self.order - 1) :] if self.order > 1 else []
        penalty = 0.0
        while True:
            found = self._tables[len(before)].get((*before, word))
            if found is not None:
                return penalty + found[0]
            if not before:
                return penalty + _NEVER
            backed = self._tables[len(before) - 1].get(tuple(before))
            penalty += backed[1] if backed is not None else 0.0
            before = before[1:]


@lru_cache(maxsize=2)
def _load(path: str, _changed: int) -> NGrams:
    opener = gzip.open if path.endswith(".gz") else open
    with Path(path).open("rb") as file:
        if file.read(len(_KENLM)) == _KENLM:
            raise FileFormatError(
                f"[language_model] {path} is a binary of KenLM; give the .arpa file that it was "
                "built from"
            )
    tables: list[dict[tuple[str, ...], tuple[float, float]]] = []
    order = 0
    try:
        with opener(path, "rt", encoding="utf-8") as lines:
            for line in lines:
                text = str(line).rstrip("\n")
                section = _SECTION.fullmatch(text.strip())
                if section:
                    order = int(section[1])
                    tables.append({})
                elif order and text.strip() and not text.startswith("\\"):
                    words, values = _entry(text, order)
                    tables[-1][words] = values
    except (UnicodeDecodeError, ValueError, IndexError, OSError, EOFError) as error:
        raise FileFormatError(f"[language_model] {path} is no ARPA file: {error}") from None
    if not tables or not tables[0] or order != len(tables):
        raise FileFormatError(f"[language_model] {path} is no ARPA file: it has no n-grams")
    return NGrams(tables)


def _entry(line: str, order: int) -> tuple[tuple[str, ...], tuple[float, float]]:
    """Words, and the log10 of their probability and of what backing off costs."""
    fields = line.split()
    backoff = float(fields[order + 1]) if len(fields) > order + 1 else 0.0
    return tuple(fields[1 : order + 1]), (float(fields[0]), backoff)


SENTENCE_BEGIN = _BEGIN

"""The classes of processors by name: made from rows of data when first asked for, and kept."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from onnxformers.processors import audio_rows, combined_rows, image_rows
from onnxformers.processors.row import PreprocessorRow, ProcessorRow

PREPROCESSORS = {row.name: row for row in (*image_rows.ROWS, *audio_rows.ROWS)}
PROCESSORS = {row.name: row for row in combined_rows.ROWS}
_BY_MODEL_TYPE = {name: row for row in combined_rows.ROWS for name in row.model_types}
#: Older names of classes -> today's.
_OLDER = {
    "ImageFeatureExtractor": "ImageProcessor",
    "Wav2Vec2ProcessorWithLM": "Wav2Vec2Processor",
}

_classes: dict[str, type] = {}


def preprocessor_row(name: str) -> PreprocessorRow | None:
    """The row of a class name; None for a name that is not in the table.

    Names come with and without "Fast", and image processors under the name of feature extractors
    too, as older files call them.
    """
    name = _OLDER.get(name, name.removesuffix("Fast"))
    older = name.removesuffix("FeatureExtractor") + "ImageProcessor"
    return PREPROCESSORS.get(name) or PREPROCESSORS.get(older)


def processor_row(name: str) -> ProcessorRow | None:
    """The row of the class of a combined processor; None for a name that is not in the table."""
    return PROCESSORS.get(_OLDER.get(name, name))


def processor_row_of(model_type: str) -> ProcessorRow | None:
    """The row that a `model_type` of config.json stands for, or None."""
    return _BY_MODEL_TYPE.get(model_type)


def class_named(name: str) -> type | None:
    """The class of a name; None for a name that is in no table. The same name, the same class."""
    row = preprocessor_row(name) or processor_row(name)
    return None if row is None else class_of(row)


def class_of(row: PreprocessorRow | ProcessorRow) -> Any:
    """The class of a row."""
    if row.name not in _classes:
        homes = row.homes if isinstance(row, PreprocessorRow) else (row.home,)
        made = _made(row, tuple(_found(home) for home in homes))
        # Of two threads that made one, both take the first.
        _classes.setdefault(row.name, made)
    return _classes[row.name]


def _made(row: PreprocessorRow | ProcessorRow, bases: tuple[type, ...]) -> type:
    if len(bases) == 1 and bases[0].__name__ == row.name:
        return bases[0]
    members: dict[str, Any] = {
        "__doc__": f"`{bases[-1].__name__}` with the settings of {row.name}.",
        "__module__": "onnxformers.processors",
    }
    if isinstance(row, PreprocessorRow):
        members["defaults"] = row.defaults
        if row.model_input_names:
            members["model_input_names"] = row.model_input_names
    return type(row.name, bases, members)


def _found(home: str) -> type:
    module, name = home.split(".")
    found: type = getattr(import_module(f"onnxformers.processors.{module}"), name)
    return found

"""Which files a graph keeps its weights in."""

from __future__ import annotations

from pathlib import Path

from onnxformers.errors import FileFormatError, InvalidArgumentError
from onnxformers.hub import names


def named_weights(path: Path, folder: str) -> list[str] | None:
    """The files that an ONNX file names, as paths inside the model.

    Args:
        path: the ONNX file, on this machine.
        folder: where it lies in the model, "" for the model's own folder.

    Returns:
        The paths, [] when all weights are inside; None when the file is no ONNX model, which
        opening it will say.

    Raises:
        FileFormatError: a name leads out of the model's folder.
    """
    from onnxformers._native import runtime

    try:
        external_files = runtime.read_signature(str(path)).external_files
    except FileFormatError:
        return None
    try:
        return [names.join(folder, names.check_filename(name)) for name in external_files]
    except InvalidArgumentError as error:
        text = str(error).replace("[hub] file name", "the name of a file with weights", 1)
        raise FileFormatError(f"[{path.name}] {text}") from None

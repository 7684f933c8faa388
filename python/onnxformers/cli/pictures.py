"""Pictures of results: `onnxformers run TASK photo.jpg --save out.png`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from onnxformers.cli.inputs import Input
from onnxformers.errors import InvalidArgumentError

#: Formats that know of transparency.
_WITH_ALPHA = frozenset({".png", ".webp", ".tif", ".tiff", ".gif"})


def saved(
    pairs: Iterable[tuple[Input, Any]], target: str, paths: list[Path]
) -> Iterator[tuple[Input, Any]]:
    """Pass results on, and save a picture of each.

    Args:
        pairs: Inputs, paths of images, with their results.
        target: A file, which gets a number from the second input on, or a folder, in which the
            pictures have the names of their images.
        paths: Gets the names of the files.

    Raises:
        InvalidArgumentError: The results are no pictures, or the format is not known.
    """
    from onnxformers.image import load_image
    from onnxformers.pipelines.drawing import draw

    for number, (one, result) in enumerate(pairs):
        source = one.item["image"] if isinstance(one.item, Mapping) else one.item
        picture = draw(load_image(source), result)
        path = _path(Path(target), number, str(source))
        paths.append(_write(picture, path))
        yield one, result


def _path(target: Path, number: int, source: str) -> Path:
    if target.is_dir():
        stem = Path(source.split("?", 1)[0]).stem or "image"
        path = target / f"{stem}.png"
        return path if not path.exists() or number == 0 else target / f"{stem}-{number + 1}.png"
    return target if number == 0 else target.with_name(f"{target.stem}-{number + 1}{target.suffix}")


def _write(picture: Any, path: Path) -> Path:
    if picture.mode == "RGBA" and path.suffix.lower() not in _WITH_ALPHA:
        from PIL import Image

        ground = Image.new("RGB", picture.size, (255, 255, 255))
        ground.paste(picture, mask=picture.getchannel("A"))
        picture = ground
    try:
        picture.save(path)
    except ValueError as error:  # Pillow's, for a format that it does not know
        raise InvalidArgumentError(
            f"[run] cannot save {path}: {error}; end the name with .png or .jpg"
        ) from None
    except OSError as error:
        raise InvalidArgumentError(f"[run] cannot save {path}: {error}") from None
    return path

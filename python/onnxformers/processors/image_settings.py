"""The keys of preprocessor_config.json for pictures: older forms made into today's, and checked."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from onnxformers.errors import FileFormatError

#: What the class without a row does: whatever its config names, as in Transformers.js.
EVERY_SETTING: Mapping[str, Any] = MappingProxyType(
    {
        "do_convert_rgb": True,
        "do_resize": None,
        "size": None,
        "resample": 2,
        "do_center_crop": False,
        "crop_size": None,
        "do_rescale": True,
        "rescale_factor": 1 / 255,
        "do_normalize": False,
        "image_mean": None,
        "image_std": None,
        "do_pad": False,
        "pad_size": None,
        "size_divisor": None,
        "do_flip_channel_order": False,
    }
)
#: Steps of pages, which only the classes for them have.
_PAGE_STEPS = ("do_thumbnail", "do_crop_margin", "do_align_long_axis")
#: Goes with a size that is a number: the limit of the longer side.
_MAX_SIZE = "max_size"
#: Older key -> today's.
OLDER = {
    "image_size": "size",
    _MAX_SIZE: "size",
    "mean": "image_mean",
    "std": "image_std",
    "size_divisibility": "size_divisor",
    "pad_and_return_pixel_mask": "do_pad",
    "reduce_labels": "do_reduce_labels",
}
_SIDES = frozenset({"height", "width", "shortest_edge", "longest_edge", "max_height", "max_width"})
_MAX_SIDE = 1 << 20


def read_image_settings(
    defaults: Mapping[str, Any], config: Mapping[str, Any], place: str
) -> dict[str, Any]:
    """The settings that a config stands for.

    Args:
        defaults: those of the class; keys that are not here are not read.
        config: defaults, overruled by the file and by the caller.
        place: for messages.

    Returns:
        A value for each key of `defaults`; `size`, `crop_size` and `pad_size` as dicts.

    Raises:
        FileFormatError: a key has a value that it cannot have, or asks for something random.
    """
    for name, value in config.items():
        if name.startswith("do_random") and value:
            raise FileFormatError(
                f"[{place}] {name} is for training: pictures are prepared the same way every time "
                "here; set it to false"
            )
        if name in _PAGE_STEPS and value and defaults is EVERY_SETTING:
            raise FileFormatError(
                f"[{place}] {name} is a step of DonutImageProcessor and NougatImageProcessor: name "
                "one of them as image_processor_type"
            )
    given = {name: value for name, value in config.items() if value is not None}
    for older, name in OLDER.items():
        is_set = given.get(name) != defaults.get(name)
        if name in defaults and older in given and older != _MAX_SIZE and not is_set:
            given[name] = given[older]
    settings = {name: given.get(name, default) for name, default in defaults.items()}
    for name, check in _CHECKS.items():
        if settings.get(name) is not None:
            settings[name] = check(settings[name], f"[{place}] {name}", defaults.get(name))
    size: Any = settings.get("size")
    if isinstance(given.get("size"), int) and _MAX_SIZE in given and "shortest_edge" in size:
        settings["size"] = size_dict(
            {**size, "longest_edge": given[_MAX_SIZE]}, f"[{place}] {_MAX_SIZE}", None
        )
    return settings


def size_dict(value: Any, where: str, default: Any) -> dict[str, int]:
    """A size as a dict.

    A number is a square, or the shorter side where the class's own size is one; two numbers are
    height and width.

    Raises:
        FileFormatError: it is no size.
    """
    if isinstance(value, int) and not isinstance(value, bool):
        if isinstance(default, Mapping) and "height" not in default:
            edge = "shortest_edge" if "shortest_edge" in default else next(iter(default))
            value = {edge: value}
        else:
            value = {"height": value, "width": value}
    elif isinstance(value, list | tuple) and len(value) == 2:
        value = {"height": value[0], "width": value[1]}
    elif isinstance(value, list | tuple) and len(value) == 1:
        return size_dict(value[0], where, default)
    if not isinstance(value, Mapping) or not value.keys() <= _SIDES or not value:
        raise FileFormatError(
            f"{where} must be a number, height and width, or an object with some of the keys "
            f"{', '.join(sorted(_SIDES))}; got {value!r}"
        )
    sides = {name: side for name, side in value.items() if side is not None}
    for name, side in sides.items():
        if isinstance(side, bool) or not isinstance(side, int) or not 0 < side <= _MAX_SIDE:
            raise FileFormatError(
                f"{where}: {name} must be a whole number of 1 to {_MAX_SIDE}, got {side!r}"
            )
    return sides


def _flag(value: Any, where: str, _: Any) -> bool:
    if not isinstance(value, bool | int):
        raise FileFormatError(f"{where} must be true or false, got {value!r}")
    return bool(value)


def _number(value: Any, where: str, _: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or math.isnan(value):
        raise FileFormatError(f"{where} must be a number, got {value!r}")
    return value


def _pad_size(value: Any, where: str, default: Any) -> Any:
    # A window for some classes, height and width for others.
    return _divisor(value, where, None) if type(default) is int else size_dict(value, where, None)


def _statistics(value: Any, where: str, _: Any) -> tuple[float, ...]:
    values = value if isinstance(value, list | tuple) else [value]
    return tuple(float(_number(each, where, None)) for each in values)


def _divisor(value: Any, where: str, _: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise FileFormatError(f"{where} must be a whole number, 0 or more; got {value!r}")
    return value


def _resample(value: Any, where: str, _: Any) -> int:
    from onnxformers.errors import InvalidArgumentError
    from onnxformers.image.filters import filter_number

    try:
        return filter_number(value, where)
    except InvalidArgumentError as error:
        raise FileFormatError(str(error)) from None


_CHECKS: dict[str, Callable[[Any, str, Any], Any]] = {
    **dict.fromkeys(("size", "crop_size"), size_dict),
    **dict.fromkeys(("image_mean", "image_std"), _statistics),
    "pad_size": _pad_size,
    "resample": _resample,
    "rescale_factor": _number,
    **dict.fromkeys(("size_divisor", "ensure_multiple_of"), _divisor),
    **dict.fromkeys(("rescale_offset", "include_top", "keep_aspect_ratio"), _flag),
    "crop_pct": _number,
    **dict.fromkeys(_PAGE_STEPS, _flag),
    **dict.fromkeys((name for name in EVERY_SETTING if name.startswith("do_")), _flag),
}

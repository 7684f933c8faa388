"""The result of a processor call: arrays by name."""

from __future__ import annotations

from typing import Any

from onnxformers.errors import UnknownNameError


class BatchFeature(dict[str, Any]):
    """What a processor call returns: a dict whose values are attributes too.

    Raises:
        UnknownNameError: an attribute that it does not hold was asked for.

    Example:
        >>> features = processor(image)
        >>> features.pixel_values is features["pixel_values"]
        True

    Source: transformers 4.46.3, `BatchFeature`.
    """

    __slots__ = ()

    def __getattr__(self, name: str) -> Any:
        """The value of that name."""
        try:
            return self[name]
        except KeyError:
            raise UnknownNameError(
                f"[BatchFeature] it has no {name!r}; it holds {', '.join(self) or 'nothing'}"
            ) from None

    @property
    def data(self) -> dict[str, Any]:
        """The names and values (this object itself)."""
        return self

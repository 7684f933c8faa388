"""What a model returns."""

from __future__ import annotations

from typing import Any


class ModelOutput(dict[str, Any]):
    """A mapping from output name to numpy array whose entries are attributes too.

    Example:
        >>> ModelOutput(logits=[[0.5]]).logits
        [[0.5]]
    """

    __slots__ = ()

    def __getattr__(self, name: str) -> Any:
        """The output called `name`.

        Raises:
            AttributeError: The model has no such output; the message lists those it has.
        """
        try:
            return self[name]
        except KeyError:
            raise AttributeError(
                f"[ModelOutput] no output {name!r}; there are {', '.join(self) or 'none'}"
            ) from None

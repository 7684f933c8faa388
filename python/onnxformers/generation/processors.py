"""What logits processors are: bases for a user's own, lists of them, and the core's behind Python.

Source: spec/transformers.js/generation_logits_process.md; transformers' generation/logits_process.
"""

from __future__ import annotations

import ast
from inspect import Parameter, Signature, signature
from typing import TYPE_CHECKING, Any, ClassVar

from onnxformers._native import generation as _core
from onnxformers.errors import InvalidArgumentError, InvalidTypeError

if TYPE_CHECKING:
    from collections.abc import Iterable

    import numpy as np
    from numpy.typing import NDArray

    Ids = NDArray[np.int64]
    Scores = NDArray[np.float32]


class LogitsProcessor:
    """Changes the scores of the next token. A class of one's own overrides `__call__`.

    Example:
        >>> import numpy as np
        >>> class NoFirstToken(LogitsProcessor):
        ...     def __call__(self, input_ids, scores):
        ...         scores = scores.copy()
        ...         scores[:, 0] = -np.inf
        ...         return scores
        >>> NoFirstToken()(np.zeros((1, 3), np.int64), np.zeros((1, 2), np.float32))
        array([[-inf,   0.]], dtype=float32)
    """

    def __call__(self, input_ids: Ids, scores: Scores) -> Scores:
        """Scores of shape (rows, vocab_size) from those given, which stay as they are.

        Args:
            input_ids: int64, shape (rows, length): prompts and what was written so far.
            scores: float32, shape (rows, vocab_size).
        """
        raise NotImplementedError(f"{type(self).__name__} has no __call__(input_ids, scores)")


class LogitsWarper(LogitsProcessor):
    """A processor that only sampling uses; nothing else is different."""


class LogitsProcessorList(list[LogitsProcessor]):
    """Processors in the order in which they are applied.

    Example:
        >>> processors = LogitsProcessorList()
        >>> processors.push(LogitsWarper())
        >>> len(processors)
        1
    """

    def __call__(self, input_ids: Ids, scores: Scores, **context: Any) -> Scores:
        """Apply all of them.

        Args:
            input_ids: int64, shape (rows, length).
            scores: float32, shape (rows, vocab_size).
            **context: For processors that take more than both; they get all of it.

        Raises:
            InvalidArgumentError: A processor wants an argument that was not given.
        """
        for processor in self:
            wanted = list(signature(processor).parameters)[2:]
            missing = [name for name in wanted if name not in context]
            if missing:
                raise InvalidArgumentError(
                    f"[LogitsProcessorList] {type(processor).__name__} takes {', '.join(missing)} "
                    "too; pass it by name"
                )
            scores = processor(input_ids, scores, **(context if wanted else {}))
        return scores

    def push(self, item: LogitsProcessor) -> None:
        """Append one."""
        self.append(item)

    def extend(self, items: Iterable[LogitsProcessor]) -> None:
        """Append all of some."""
        super().extend(items)


class NativeProcessor(LogitsProcessor):
    """A processor of the core: its parameters are attributes too."""

    _signature: ClassVar[Signature]
    _class: ClassVar[str]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        name = type(self).__name__
        try:
            bound = self._signature.bind(*args, **kwargs)
        except TypeError as error:
            raise InvalidTypeError(f"[{name}] {error}; it takes {self._signature}") from None
        bound.apply_defaults()
        self._parameters = dict(bound.arguments)
        # Arrays of numpy as the numbers in them.
        plain = {
            key: value.tolist() if hasattr(value, "tolist") else value
            for key, value in self._parameters.items()
        }
        self._processor = _core.LogitsProcessor(self._class, plain)

    def __call__(self, input_ids: Ids, scores: Scores) -> Scores:
        """Scores of shape (rows, vocab_size), processed by the core; those given stay."""
        return self._processor(input_ids, scores)

    def __getattr__(self, name: str) -> Any:
        """The parameters as they were given."""
        if not name.startswith("_") and name in self._parameters:
            return self._parameters[name]
        raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")

    def __reduce__(self) -> tuple[Any, ...]:
        """Made anew from its parameters in another process."""
        return _restored, (type(self), self._parameters)

    def __repr__(self) -> str:
        """As it would be written."""
        given = ", ".join(f"{name}={value!r}" for name, value in self._parameters.items())
        return f"{type(self).__name__}({given})"


def _restored(cls: type[NativeProcessor], parameters: dict[str, Any]) -> NativeProcessor:
    return cls(**parameters)


def native_classes() -> dict[str, type[NativeProcessor]]:
    """A class for each processor that the core reports, in the order of application."""
    return {name: _native_class(name, pairs) for name, pairs in _core.processor_infos()}


def _native_class(name: str, parameters: list[tuple[str, str]]) -> type[NativeProcessor]:
    known = Signature(
        [
            Parameter(
                parameter,
                Parameter.POSITIONAL_OR_KEYWORD,
                default=_value(default) if default else Parameter.empty,
            )
            for parameter, default in parameters
        ]
    )
    members = {
        "_signature": known,
        "_class": name,
        "__signature__": known,
        "__module__": "onnxformers.generation.logits",
        "__doc__": f"transformers' {name}, at work in the native core.",
    }
    return type(name, (NativeProcessor,), members)


def _value(text: str) -> Any:
    return float(text) if text == "-inf" else ast.literal_eval(text)

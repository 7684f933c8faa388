"""What the pipelines over plain text share: tokenising, batching by token budget, truncation."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple, TypeVar

from onnxformers._native.base import plan_batches
from onnxformers.errors import InvalidArgumentError
from onnxformers.options import check_positive
from onnxformers.pipelines.base import CallOptions, Pipeline

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from onnxformers._native.tokenizers import Encodings
    from onnxformers.models.outputs import ModelOutput
    from onnxformers.tokenizers import PreTrainedTokenizer

_log = logging.getLogger("onnxformers")

#: Tokens in one batch, padding included; see benchmarks/RESULTS.md for what other budgets cost.
TOKEN_BUDGET = 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class TextOptions(CallOptions):
    """Options of every pipeline over text.

    Attributes:
        truncation: Cut texts that are longer than the model takes; one warning a call says so.
            False hands them to the model whole.
        max_length: Tokens per text, special tokens included. None: as many as the model takes.
    """

    truncation: bool = True
    max_length: int | None = None

    def __post_init__(self) -> None:
        # A dataclass with slots is a new class, which zero-argument super() does not know.
        CallOptions.__post_init__(self)
        if not isinstance(self.truncation, bool):
            raise InvalidArgumentError(
                f"[pipeline] truncation must be True or False, got {self.truncation!r}"
            )
        check_positive(self.max_length, "max_length", "pipeline")


Options = TypeVar("Options", bound=TextOptions)


class Batch(NamedTuple):
    """What the model gave for some of the texts."""

    rows: Sequence[int] | NDArray[np.int64]
    mask: NDArray[np.int64]
    outputs: ModelOutput


class TextPipeline(Pipeline[Options]):
    """Base of the pipelines that take a str or several."""

    options_class: ClassVar[type[Any]] = TextOptions
    input_name: ClassVar[str] = "a str"

    def __init__(self, *, tokenizer: PreTrainedTokenizer | None, **rest: Any) -> None:
        if tokenizer is None:
            raise InvalidArgumentError("[pipeline] a pipeline over text needs a tokenizer")
        super().__init__(tokenizer=tokenizer, **rest)
        self.tokenizer: PreTrainedTokenizer = tokenizer
        self._padding = tokenizer.pad_options._asdict()

    def is_single(self, inputs: Any) -> bool:
        """A str is one input."""
        return isinstance(inputs, str)

    def encode(self, texts: Sequence[str], options: Options) -> Encodings:
        """Tokenise, and say in the log when something was cut.

        Raises:
            InvalidTypeError: An item is no str.
        """
        limit = self.token_limit(options)
        cut = options.truncation and limit is not None
        encodings = self.tokenizer.encode_ragged(
            texts, truncation="longest_first" if cut else "do_not_truncate", max_length=limit
        )
        if cut and encodings.truncated.any():
            _log.warning(
                "[%s] %d of %d texts were cut to %d tokens",
                self.task,
                int(encodings.truncated.sum()),
                len(texts),
                limit,
            )
        return encodings

    def token_limit(self, options: Options) -> int | None:
        """Tokens that a text may have: what the call says, else what the model takes."""
        if options.max_length is not None:
            return options.max_length
        limit = self.tokenizer.model_max_length or self.model.config.get("max_position_embeddings")
        return limit if isinstance(limit, int) and limit > 0 else None

    def forward(self, encodings: Encodings, options: Options) -> Iterator[Batch]:
        """Run the model over batches of similar length; rows come in any order, each once."""
        if len(encodings) == 1:
            batches: Sequence[Any] = (None,)
        else:
            batches = plan_batches(
                encodings.lengths, token_budget=TOKEN_BUDGET, max_rows=options.batch_size or 0
            )
        for rows in batches:
            ids, mask, type_ids = encodings.pad(rows, **self._padding)
            outputs = self.model(
                input_ids=ids,
                attention_mask=mask,
                token_type_ids=type_ids,
                timeout_s=options.timeout_s,
                cancel=options.cancel,
            )
            yield Batch((0,) if rows is None else rows, mask, outputs)

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

#: Tokens in one batch, padding included. On a CPU larger batches gain nothing and pad more: see
#: benchmarks/RESULTS.md. An accelerator starves on small ones.
CPU_TOKEN_BUDGET = 512
DEVICE_TOKEN_BUDGET = 16_384


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
        is_on_cpu = self.model.device[0] == "CPUExecutionProvider"
        self._token_budget = CPU_TOKEN_BUDGET if is_on_cpu else DEVICE_TOKEN_BUDGET
        limit = tokenizer.model_max_length or self.model.config.get("max_position_embeddings")
        self._model_limit = limit if isinstance(limit, int) and limit > 0 else None

    @property
    def _cuts_left(self) -> bool:
        return self.tokenizer.truncation_side == "left"

    def is_single(self, inputs: Any) -> bool:
        """A str is one input."""
        return isinstance(inputs, str)

    def encode(self, texts: Sequence[str], options: Options) -> Encodings:
        """Tokenise, and say in the log when something was cut.

        Raises:
            InvalidTypeError: An item is no str.
        """
        limit = self.token_limit(options)
        encodings = self.tokenizer.encode_ragged(
            texts, truncation=limit is not None, max_length=limit
        )
        if limit is not None and (count := int(encodings.truncated.sum())):
            self._warn_cut(count, len(texts), limit)
        return encodings

    def _warn_cut(self, count: int, total: int, limit: int | None) -> None:
        _log.warning("[%s] %d of %d texts were cut to %s tokens", self.task, count, total, limit)

    def token_limit(self, options: Options) -> int | None:
        """Tokens after which a text is cut: what the call says, else what the model takes."""
        if not options.truncation:
            return None
        return options.max_length or self._model_limit

    def forward(self, encodings: Encodings, options: Options) -> Iterator[Batch]:
        """Run the model over batches of similar length; rows come in any order, each once."""
        batches = plan_batches(
            encodings.lengths, token_budget=self._token_budget, max_rows=options.batch_size or 0
        )
        padding = self.tokenizer.pad_options._asdict()
        for rows in batches:
            ids, mask, type_ids = encodings.pad(rows, **padding)
            yield Batch(rows, mask, self._run(ids, mask, type_ids, options))

    def forward_one(self, text: str, options: Options) -> tuple[Batch, bool]:
        """Run the model on one text, the short way; also whether the text was cut."""
        limit = self.token_limit(options)
        encode = self.tokenizer.native.encode_row
        ids, mask, type_ids, is_cut = encode(text, limit or 0, self._cuts_left)
        if is_cut:
            self._warn_cut(1, 1, limit)
        return Batch((0,), mask, self._run(ids, mask, type_ids, options)), is_cut

    def _run(self, ids: Any, mask: Any, type_ids: Any, options: Options) -> ModelOutput:
        return self.model(
            input_ids=ids,
            attention_mask=mask,
            token_type_ids=type_ids,
            timeout_s=options.timeout_s,
            cancel=options.cancel,
        )

"""A model that writes by a rule, for what no recorded model shows."""

from __future__ import annotations

from typing import Any

import numpy as np

from onnxformers.configs import PretrainedConfig


class FakeWriter:
    """Stands for a loaded model: a row goes on with the tokens of `answer`, whatever it says.

    Sequence n of a prompt begins n tokens later. A row that met the end is filled up.

    Attributes:
        calls: What `generate` was called with, one dict each.
    """

    name_or_path = "fake"
    device = ("CPUExecutionProvider",)
    closed = False

    def __init__(
        self,
        answer: list[int],
        *,
        config: dict[str, Any] | None = None,
        generation: dict[str, Any] | None = None,
        start: int | None = None,
    ) -> None:
        self.answer, self.start = answer, start
        self.config = PretrainedConfig(config or {})
        self.generation_config = generation
        self.calls: list[dict[str, Any]] = []

    def generate(self, input_ids: np.ndarray, **options: Any) -> np.ndarray:
        self.calls.append({"ids": input_ids.tolist(), **options})
        own = self.generation_config or {}
        end, pad = (options.get(name, own.get(name)) for name in ("eos_token_id", "pad_token_id"))
        room = options.get("max_new_tokens") or own.get("max_new_tokens") or 8
        rows = []
        for index, prompt in enumerate(input_ids.tolist()):
            for first in range(options.get("num_return_sequences", 1)):
                # Rows end at different places, so that there is padding.
                new = self.answer[first + index :][:room]
                if end in new:
                    new = new[: new.index(end) + 1]
                begin = prompt if self.start is None else [self.start]
                rows.append([*begin, *new])
        width = max(map(len, rows))
        filler = end if pad is None else pad
        return np.array([row + [filler] * (width - len(row)) for row in rows])

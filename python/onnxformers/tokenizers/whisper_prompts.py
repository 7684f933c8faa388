"""What Whisper is told before it writes: language, task, timestamps, what was said before."""

from __future__ import annotations

from typing import Any

from onnxformers.errors import InvalidArgumentError
from onnxformers.tokenizers.surrounding import Surrounding
from onnxformers.tokenizers.whisper_languages import CODES, LANGUAGES, TASKS

PREVIOUS, START, NO_TIMESTAMPS = "<|startofprev|>", "<|startoftranscript|>", "<|notimestamps|>"
#: Seconds from one timestamp token to the next.
TIME_PRECISION = 0.02
MOST_TIMESTAMPS = 1500


class WhisperPrompts(Surrounding):
    """What a transcript begins with, and the prompt before it.

    Attributes:
        language, task, predict_timestamps: what a transcript begins with, see `prefix_tokens`.
    """

    @property
    def language(self) -> str | None:
        """Name or code of the language, None where the files do not say."""
        value: str | None = self.config.get("language")
        return value

    @language.setter
    def language(self, value: str | None) -> None:
        if value is not None:
            self._language_code(value)
        self._change({"language": value})

    @property
    def task(self) -> str | None:
        """What to do, "transcribe" or "translate"; None where the files do not say."""
        value: str | None = self.config.get("task")
        return value

    @task.setter
    def task(self, value: str | None) -> None:
        self._prefix(None, value, timestamps=True)
        self._change({"task": value})

    @property
    def predict_timestamps(self) -> bool:
        """Whether the model is to write timestamps."""
        return bool(self.config.get("predict_timestamps", False))

    @predict_timestamps.setter
    def predict_timestamps(self, value: bool) -> None:
        self._change({"predict_timestamps": value})

    @property
    def timestamp_begin(self) -> int:
        """The id of <|0.00|>: timestamps are the tokens from here on."""
        return self._needed_id(NO_TIMESTAMPS) + 1

    @property
    def prefix_tokens(self) -> list[int]:
        """Ids that a transcript begins with: start, language, task, <|notimestamps|>."""
        return self._prefix(self.language, self.task, self.predict_timestamps)

    def set_prefix_tokens(
        self,
        language: str | None = None,
        task: str | None = None,
        predict_timestamps: bool | None = None,
    ) -> None:
        """Put what a transcript begins with before texts, and the end behind them.

        Args:
            language: name or code; None leaves it as it is.
            task: "transcribe" or "translate"; None leaves it as it is.
            predict_timestamps: the model is to write timestamps; None leaves it as it is.

        Raises:
            InvalidArgumentError: no such language or task.
        """
        asked = {"language": language, "task": task, "predict_timestamps": predict_timestamps}
        changes = {name: value for name, value in asked.items() if value is not None}
        found = {**self.config, **changes}
        prefix = self._prefix(
            found.get("language"), found.get("task"), bool(found.get("predict_timestamps"))
        )
        before = [str(self.native.id_to_token(token)) for token in prefix]
        self._surround(before, [self.eos_token or ""], changes, second_type=1)

    def timestamp_ids(self, time_precision: float = TIME_PRECISION) -> list[int | None]:
        """Ids of the timestamps from 0 to 30 seconds."""
        names = [f"<|{index * time_precision:.2f}|>" for index in range(MOST_TIMESTAMPS + 1)]
        return self.convert_tokens_to_ids(names)

    def get_decoder_prompt_ids(
        self, task: str | None = None, language: str | None = None, no_timestamps: bool = True
    ) -> list[tuple[int, int]]:
        """(position, id) of the tokens that generation is to begin with, after the first.

        Args:
            task: "transcribe" or "translate"; None means the tokenizer's.
            language: name or code; None means the tokenizer's.
            no_timestamps: the model is to write none.

        Raises:
            InvalidArgumentError: no such language or task.
        """
        prefix = self._prefix(language or self.language, task or self.task, not no_timestamps)
        return list(enumerate(prefix))[1:]

    def get_prompt_ids(self, text: str, return_tensors: str | None = "np") -> Any:
        """Ids of a text that `generate` takes as what was said before.

        Returns:
            An int64 array of one dimension, or a list with `return_tensors=None`.

        Raises:
            InvalidArgumentError: the text holds a special token.
        """
        if return_tensors not in {"np", None}:
            raise InvalidArgumentError(
                f"[{type(self).__name__}] return_tensors must be 'np' or None, "
                f"got {return_tensors!r}"
            )
        ids = self.encode(PREVIOUS, " " + text.strip(), add_special_tokens=False)
        first_special = min(self.all_special_ids[:1], default=0)
        special = next((token for token in ids[1:] if token >= first_special), None)
        if special is not None:
            raise InvalidArgumentError(
                f"[{type(self).__name__}] the prompt holds the special token "
                f"{self.convert_ids_to_tokens(special)}"
            )
        if return_tensors is None:
            return ids
        import numpy as np

        return np.array(ids, dtype=np.int64)

    def without_prompt(self, token_ids: list[int]) -> list[int]:
        """Ids from the start of the transcript on, without what was said before."""
        if not token_ids or token_ids[0] != self.convert_tokens_to_ids(PREVIOUS):
            return token_ids
        start = self.convert_tokens_to_ids(START)
        return token_ids[token_ids.index(start) :] if start in token_ids else []

    def _prefix(self, language: str | None, task: str | None, timestamps: bool) -> list[int]:
        start = self._needed_id(START)
        prefix = [start]
        if language is not None:
            prefix.append(start + 1 + list(LANGUAGES).index(self._language_code(language)))
        if task is not None:
            if task not in TASKS:
                raise InvalidArgumentError(
                    f"[{type(self).__name__}] task must be one of {', '.join(TASKS)}, got {task!r}"
                )
            prefix.append(self._needed_id(f"<|{task}|>"))
        return prefix if timestamps else [*prefix, self._needed_id(NO_TIMESTAMPS)]

    def _language_code(self, language: str) -> str:
        code = CODES.get(language.lower(), language.lower())
        if code not in LANGUAGES:
            known = LANGUAGES if len(language) == 2 else CODES
            raise InvalidArgumentError(
                f"[{type(self).__name__}] Whisper has no language {language!r}; "
                f"there are {', '.join(known)}"
            )
        return code

    def _needed_id(self, token: str) -> int:
        found = self.native.token_to_id(token)
        if found is None:
            raise InvalidArgumentError(
                f"[{type(self).__name__}] {token} is not a token of this tokenizer"
            )
        return found

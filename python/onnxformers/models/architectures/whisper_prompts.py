"""What Whisper's decoder begins with: language, task, and whether there are timestamps."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from onnxformers.errors import InvalidArgumentError
from onnxformers.models.architectures.whisper_options import Settings, WhisperOptions
from onnxformers.models.forward.decoder import CACHE_BRANCH
from onnxformers.tokenizers.whisper_languages import CODES, LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from onnxformers.generation import GenerationConfig
    from onnxformers.models.base import PreTrainedModel
    from onnxformers.models.graph import Budget

    Ids = NDArray[np.int64]


def begin_tokens(
    model: PreTrainedModel, encoded: NDArray[Any], settings: Settings, budget: Budget
) -> Ids:
    """What stands before the text of each row, but for what was said before.

    <|startoftranscript|>, the language and the task of a model that knows several, and
    <|notimestamps|> where no timestamps are wanted.

    Returns:
        Ids of shape (rows, tokens).

    Raises:
        InvalidArgumentError: There is no such language or task.

    Source: transformers 4.46.3, `_retrieve_init_tokens`.
    """
    options, config = settings.options, settings.config
    rows = len(encoded)
    forced = _forced(config, model.config, options)
    columns = [np.full(rows, model_start(config))]
    if options.is_multilingual is not False and isinstance(config.get("lang_to_id"), Mapping):
        known, forced = (*forced, None, None)[:2], forced[2:]
        of_language = _languages(model, encoded, settings, budget) if known[0] is None else known[0]
        of_task = _task(config.get("task_to_id") or {}, options) if known[1] is None else known[1]
        columns.append(np.full(rows, of_language))
        forced = [of_task, *forced]
    columns += [np.full(rows, token) for token in forced if token is not None]
    no_timestamps = config.get("no_timestamps_token_id")
    is_last = no_timestamps is not None and int(columns[-1][0]) == no_timestamps
    if options.return_timestamps and is_last:
        columns.pop()
    elif not options.return_timestamps and no_timestamps is not None and not is_last:
        columns.append(np.full(rows, no_timestamps))
    return np.stack(columns, axis=1).astype(np.int64)


def model_start(config: GenerationConfig) -> int:
    """The token <|startoftranscript|>.

    Raises:
        InvalidArgumentError: The files do not say it.
    """
    start = config.decoder_start_token_id
    if not isinstance(start, int):
        raise InvalidArgumentError(
            f"[generate] decoder_start_token_id must be one token, got {start!r}"
        )
    return start


def detect_language(
    model: PreTrainedModel, encoded: NDArray[Any], config: GenerationConfig, budget: Budget
) -> Ids:
    """The likeliest language token of each row.

    Args:
        model: The model.
        encoded: The encoder's states, shape (rows, frames, width).
        config: With `lang_to_id`.
        budget: What may end the run.

    Returns:
        Ids of shape (rows,).

    Raises:
        InvalidArgumentError: The model knows one language only.
    """
    table = config.get("lang_to_id")
    if not isinstance(table, Mapping) or not table:
        raise InvalidArgumentError("[generate] the model knows one language only")
    start = np.full((len(encoded), 1), model_start(config), np.int64)
    logits = next_logits(model, encoded, start, budget)
    tokens = np.array(list(table.values()), np.int64)
    best: Ids = tokens[logits[:, -1, tokens].argmax(axis=-1)]
    return best


def next_logits(
    model: PreTrainedModel, encoded: NDArray[Any], ids: Ids, budget: Budget
) -> NDArray[np.float32]:
    """Scores after each token, of shape (rows, tokens, vocabulary)."""
    outputs = run_decoder(model, encoded, ids, ["logits"], budget)
    logits: NDArray[np.float32] = outputs["logits"].astype(np.float32, copy=False)
    return logits


def run_decoder(
    model: PreTrainedModel,
    encoded: NDArray[Any],
    ids: Ids,
    outputs: Sequence[str],
    budget: Budget,
) -> dict[str, Any]:
    """One run of the decoder over tokens that are known, for these outputs only."""
    decoder = model._forward.decoder
    feeds = {
        "input_ids": ids,
        "encoder_hidden_states": encoded,
        "encoder_attention_mask": np.ones(encoded.shape[:2], np.int64),
        "attention_mask": np.ones(ids.shape, np.int64),
        CACHE_BRANCH: np.array([False]),
        **decoder.layout.empty(len(ids)),
    }
    found: dict[str, Any] = decoder.first.run(feeds, budget, outputs)
    return found


def _forced(
    config: GenerationConfig, model_config: Mapping[str, Any], options: WhisperOptions
) -> list[int | None]:
    """What older files force at the places 1, 2, ...; None where the model is to find it."""
    forced = config.forced_decoder_ids or model_config.get("forced_decoder_ids") or []
    if options.language is not None or options.task is not None:
        return []
    tokens: list[int | None] = []
    for place, token in forced:
        if place != len(tokens) + 1:
            raise InvalidArgumentError(
                f"[generate] forced_decoder_ids must be of the places 1, 2, ... in order, got "
                f"{forced!r}"
            )
        tokens.append(token)
    return tokens


def _languages(
    model: PreTrainedModel, encoded: NDArray[Any], settings: Settings, budget: Budget
) -> Ids:
    language = settings.options.language
    if language is None:
        return detect_language(model, encoded, settings.config, budget)
    given = [language] if isinstance(language, str) else list(language)
    if len(given) not in (1, len(encoded)):
        raise InvalidArgumentError(
            f"[generate] language must be one, or one for each of the {len(encoded)} rows; got "
            f"{len(given)}"
        )
    table = settings.config["lang_to_id"]
    ids = [language_token(name, table) for name in given]
    return np.array(ids * (len(encoded) // len(ids)), np.int64)


def language_token(name: Any, table: Mapping[str, int]) -> int:
    """The token of a language.

    Args:
        name: "french", "fr" or "<|fr|>".
        table: Token -> id, as of generation_config.json.

    Raises:
        InvalidArgumentError: There is no such language.
    """
    asked = str(name).lower()
    token = asked if asked in table else f"<|{CODES.get(asked, asked)}|>"
    if not isinstance(name, str) or token not in table:
        known = [code.strip("<|>") for code in table]
        names = [LANGUAGES.get(code, code) if len(asked) > 2 else code for code in known]
        raise InvalidArgumentError(
            f"[generate] unknown language {name!r}; this model knows {', '.join(names)}"
        )
    return int(table[token])


def _task(tasks: Mapping[str, int], options: WhisperOptions) -> int | None:
    """The task's token; transcribing is what is done unless something else is asked for."""
    task = options.task or "transcribe"
    if options.task is not None and task not in tasks:
        raise InvalidArgumentError(
            f"[generate] unknown task {task!r}; this model can {', '.join(tasks) or 'do one only'}"
        )
    return tasks.get(task)

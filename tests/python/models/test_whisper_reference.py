"""Whisper's long recordings and options against an installed transformers 4.46.3.

Both models write what random tables say: the scores of a token are those that the token before it
has, and what the sound's sum counts for each.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from whisper_models import (
    END,
    FRAMES,
    GENERATION,
    MELS,
    PREVIOUS,
    SILENCE,
    START,
    TIME_0,
    TOKENS,
    whisper,
)

transformers = pytest.importorskip(
    "transformers", reason="the reference: pip install transformers==4.46.3"
)
torch = pytest.importorskip("torch", reason="the reference needs it: pip install torch")

pytestmark = [pytest.mark.oracle, pytest.mark.filterwarnings("ignore")]

WINDOW = 2 * FRAMES


def reference(scores: np.ndarray, heard: np.ndarray) -> Any:
    """The model of transformers with these tables."""
    table, weights = torch.tensor(scores), torch.tensor(heard)

    class Encoder(torch.nn.Module):
        main_input_name = "input_features"

        def forward(self, input_features: Any, **_: Any) -> Any:
            rows, mels, frames = input_features.shape
            pairs = input_features.reshape(rows, mels, frames // 2, 2)
            output = transformers.modeling_outputs.BaseModelOutput
            return output(last_hidden_state=pairs.sum((1, 3))[..., None])

    class Tables(transformers.WhisperForConditionalGeneration):  # type: ignore[name-defined]
        tables = Encoder()

        def get_encoder(self) -> Any:
            return self.tables

        def forward(
            self,
            input_features: Any = None,
            decoder_input_ids: Any = None,
            encoder_outputs: Any = None,
            **_: Any,
        ) -> Any:
            states = (encoder_outputs or self.tables(input_features))[0]
            logits = table[decoder_input_ids] + states.sum(1, keepdim=True) * weights
            return transformers.modeling_outputs.Seq2SeqLMOutput(logits=logits)

    config = transformers.WhisperConfig(
        vocab_size=TOKENS,
        num_mel_bins=MELS,
        max_source_positions=FRAMES,
        max_target_positions=40,
        d_model=4,
        encoder_layers=1,
        decoder_layers=1,
        encoder_attention_heads=1,
        decoder_attention_heads=1,
        encoder_ffn_dim=2,
        decoder_ffn_dim=2,
        bos_token_id=START,
        **{name: GENERATION[name] for name in ("decoder_start_token_id", "eos_token_id")},
        pad_token_id=END,
    )
    model = Tables(config).eval()
    model.generation_config = transformers.GenerationConfig(**GENERATION, use_cache=False)
    return model


def tables(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Scores that make letters, timestamps in pairs, and an end now and then."""
    scores = rng.standard_normal((TOKENS, TOKENS)).astype(np.float32) * 2
    scores[:, TIME_0:] += rng.uniform(-1, 2)
    scores[:, END] += rng.uniform(-2, 1)
    scores[:, END + 1 : TIME_0] = -30
    scores[START, SILENCE] = rng.uniform(-4, 4)
    heard = rng.standard_normal(TOKENS).astype(np.float32) * 0.05
    heard[END + 1 : TIME_0] = 0
    return scores, heard


def said(segments: Any) -> list[list[int]]:
    """The tokens of segments, without the end, and without those that say nothing."""
    found = [[int(t) for t in segment["tokens"] if t != END] for segment in segments]
    return [tokens for tokens in found if not _is_empty(tokens)]


def _is_empty(tokens: list[int]) -> bool:
    takes_no_time = len(tokens) > 1 and tokens[0] == tokens[-1] >= TIME_0
    return takes_no_time or all(token >= TIME_0 for token in tokens)


def both(path: Path, seed: int, rows: int, **options: Any) -> tuple[list[Any], list[Any], bool]:
    """What each says of the same recordings; whether one of theirs says nothing somewhere."""
    rng = np.random.default_rng(seed)
    scores, heard = tables(rng)
    lengths = [int(rng.integers(WINDOW + 1, 4 * WINDOW)) for _ in range(rows)]
    features = rng.standard_normal((rows, MELS, max(lengths))).astype(np.float32)
    mask = np.zeros((rows, max(lengths)), np.int64)
    for row, length in enumerate(lengths):
        mask[row, :length] = 1
        features[row, :, length:] = 0
    shared: dict[str, Any] = {"language": "en", "return_segments": True, **options}
    prompt = shared.pop("prompt_ids", None)
    with torch.no_grad():
        theirs = reference(scores, heard).generate(
            torch.tensor(features),
            attention_mask=torch.tensor(mask) if rows > 1 else None,
            return_timestamps=True,
            prompt_ids=None if prompt is None else torch.tensor(prompt),
            **{"temperature": 0.0, **shared},
        )["segments"]
    ours = whisper(path, scores, heard=heard).generate(
        features, attention_mask=mask, prompt_ids=prompt, **shared
    )["segments"]
    empty = [any(_is_empty([int(t) for t in s["tokens"]]) for s in part) for part in theirs]
    return [said(part) for part in ours], [said(part) for part in theirs], any(empty)


@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize(
    "options",
    [
        {},
        {"prompt_ids": [PREVIOUS, 3, 4]},
        {"prompt_ids": [3, 4]},
        {"max_new_tokens": 9},
        {"compression_ratio_threshold": 1.0, "temperature": (0.0, 0.2, 0.4), "top_k": 1},
        {"logprob_threshold": -0.9, "temperature": (0.0, 0.2), "top_k": 1},
        {"logprob_threshold": -0.5, "no_speech_threshold": 0.3, "temperature": (0.0,)},
    ],
)
def test_windows_say_what_they_say_in_the_reference(
    tmp_path: Path, options: dict[str, Any], rows: int
) -> None:
    for seed in range(4):
        ours, theirs, _ = both(tmp_path / str(seed), seed, rows, **options)
        assert ours == theirs, seed


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"prompt_ids": [PREVIOUS, 3, 4]},
        {"prompt_ids": [3, 4]},
        {"prompt_ids": [PREVIOUS, 3, 4], "prompt_condition_type": "all-segments"},
    ],
)
def test_what_was_said_leads_as_in_the_reference(tmp_path: Path, options: dict[str, Any]) -> None:
    compared = 0
    for seed in range(16):
        ours, theirs, is_empty = both(
            tmp_path / str(seed), seed, 1, condition_on_prev_tokens=True, **options
        )
        if not is_empty:  # theirs lead with texts that say nothing, too
            assert ours == theirs, seed
            compared += 1
    assert compared >= 4

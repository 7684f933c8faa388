"""MusicGen's codebooks against an installed transformers 4.46.3."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from onnxformers.models.architectures.musicgen import codes_of

transformers = pytest.importorskip(
    "transformers", reason="the reference: pip install transformers==4.46.3"
)
torch = pytest.importorskip("torch", reason="the reference needs it: pip install torch")

pytestmark = [pytest.mark.oracle, pytest.mark.filterwarnings("ignore")]

PAD = 64


def their_codes(tokens: np.ndarray, books: int) -> np.ndarray:
    """What the reference makes of tokens that a search chose behind a start token."""
    module = transformers.models.musicgen.modeling_musicgen
    model: Any = object.__new__(module.MusicgenForCausalLM)
    torch.nn.Module.__init__(model)
    model.num_codebooks = books
    model.config = transformers.MusicgenDecoderConfig(num_codebooks=books, audio_channels=1)
    rows, length = tokens.shape
    begin = torch.full((rows, 1), PAD)
    _, mask = model.build_delay_pattern_mask(begin, PAD, length)
    ids = model.apply_delay_pattern_mask(torch.tensor(tokens), mask)
    found: np.ndarray = ids[ids != PAD].reshape(rows // books, books, -1).numpy()
    return found


@pytest.mark.parametrize(("books", "length"), [(4, 10), (4, 7), (2, 9), (1, 5), (4, 40)])
def test_codes_are_those_of_the_reference(books: int, length: int) -> None:
    rng = np.random.default_rng(length)
    tokens = rng.integers(0, PAD, (2 * books, length))
    tokens[:, 0] = PAD
    np.testing.assert_array_equal(codes_of(tokens, books), their_codes(tokens, books))

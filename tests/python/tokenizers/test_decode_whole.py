"""Streams of tokenizers whose text only all ids together tell."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from onnxformers.errors import InvalidTypeError
from onnxformers.tokenizers import AutoTokenizer

MODELS = Path(__file__).parents[2] / "conformance" / "models"


@pytest.mark.parametrize("skip", [True, False])
@pytest.mark.parametrize("name", ["clip", "vits", "wav2vec2-ctc"])
def test_a_stream_joined_is_all_at_once(name: str, skip: bool) -> None:
    tokenizer = AutoTokenizer.from_pretrained(MODELS / name, local_files_only=True)
    stream = tokenizer.decode_stream(skip_special_tokens=skip)

    @given(ids=st.lists(st.integers(0, len(tokenizer) - 1), max_size=12))
    @settings(deadline=None, max_examples=100)
    def check(ids: list[int]) -> None:
        assert "".join(stream.texts(ids)) == tokenizer.decode(ids, skip_special_tokens=skip)
        joined = stream.add(np.array(ids[:2], np.int64)) + stream.add(ids[2:]) + stream.finish()
        assert joined == tokenizer.decode(ids, skip_special_tokens=skip)

    check()
    with pytest.raises(InvalidTypeError, match="integers"):
        stream.add("a")  # type: ignore[arg-type]

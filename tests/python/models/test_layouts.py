"""Layouts of files and caches that no recorded case has, on graphs of a few nodes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tiny_models as tiny

import onnx_builder as ob
from onnxformers import models
from onnxformers.errors import InvalidArgumentError

PIXELS = np.full((1, 1, 2, 2), 10, np.float32)


def values(output: Any) -> list[list[float]]:
    """The logits, of width 1."""
    return np.asarray(output.logits, np.float64)[:, :, 0].tolist()


@pytest.mark.parametrize("dtype", ["float32", "float16"])
@pytest.mark.parametrize("merged", [False, True])
def test_a_decoder_with_a_cache(tmp_path: Path, dtype: str, merged: bool) -> None:
    graph = tiny.decoder(dtype=dtype, merged=merged)
    tiny.write(tmp_path / "m", {"model_type": "llama"}, model=graph)
    with models.AutoModelForCausalLM.from_pretrained(tmp_path / "m") as model:
        first = model(input_ids=[[1, 2], [3, 0]])
        assert values(first) == [[24, 25], [24, 25]]
        assert first.past_key_values[0][0].dtype == np.dtype(dtype)
        later = model(input_ids=[[4], [5]], past_key_values=first.past_key_values)
        assert values(later) == [[2 + 56], [2 + 64]]
        wide = [[array.astype(np.float64) for array in layer] for layer in first.past_key_values]
        assert values(model(input_ids=[[4], [5]], past_key_values=wide)) == values(later)


def test_positions_count_the_tokens_of_the_mask(tmp_path: Path) -> None:
    tiny.write(tmp_path / "m", {"model_type": "llama"}, model=tiny.decoder())
    with models.LlamaForCausalLM.from_pretrained(tmp_path / "m") as model:
        padded = model(input_ids=[[0, 0, 1]], attention_mask=[[0, 0, 1]])
        assert values(padded) == [[1 + 8, 1 + 8, 0 + 8]]
        later = model(
            input_ids=[[1]], attention_mask=[[0, 0, 1, 1]], past_key_values=padded.past_key_values
        )
        assert values(later) == [[1 + 16]]
        assert values(model(input_ids=[[1]], position_ids=[[7]])) == [[7 + 8]]


def test_a_decoder_of_two_files(tmp_path: Path) -> None:
    first, later = tiny.decoder(with_past=False), tiny.decoder()
    folder = tiny.write(
        tmp_path / "m",
        {"model_type": "gpt2"},
        decoder_model=first,
        decoder_with_past_model=later,
    )
    with models.AutoModelForCausalLM.from_pretrained(folder) as model:
        assert list(model.sessions) == ["decoder_model", "decoder_with_past_model"]
        output = model(input_ids=[[1, 2]])
        assert values(output) == [[24, 25]]
        assert values(model(input_ids=[[4]], past_key_values=output.past_key_values)) == [[58]]


def test_a_decoder_without_a_cache(tmp_path: Path) -> None:
    folder = tiny.write(
        tmp_path / "m", {"model_type": "gpt2"}, decoder_model=tiny.decoder(with_past=False)
    )
    with models.AutoModelForCausalLM.from_pretrained(folder) as model:
        output = model(input_ids=[[1, 2]])
        assert values(output) == [[24, 25]]
        assert "past_key_values" not in output
        with pytest.raises(InvalidArgumentError, match="no input 'past_key_values'"):
            model(input_ids=[[4]], past_key_values=())


def seq2seq(folder: Path, *, split: bool) -> Path:
    config = {"model_type": "bart", "is_encoder_decoder": True}
    first = tiny.decoder(with_past=False, encoder="states")
    if not split:
        return tiny.write(folder, config, encoder_model=tiny.encoder(), decoder_model=first)
    return tiny.write(
        folder,
        config,
        encoder_model=tiny.encoder(),
        decoder_model=first,
        decoder_with_past_model=tiny.decoder(encoder="cache"),
    )


def test_an_encoder_and_a_decoder_of_two_files(tmp_path: Path) -> None:
    with models.AutoModelForSeq2SeqLM.from_pretrained(seq2seq(tmp_path / "m", split=True)) as model:
        source = {"input_ids": [[10, 20]], "attention_mask": [[1, 0]]}
        output = model(**source, decoder_input_ids=[[1, 2]])
        assert values(output) == [[80 + 24, 80 + 25]]
        later = model(
            encoder_outputs=output.encoder_outputs,
            decoder_input_ids=[[4]],
            past_key_values=output.past_key_values,
        )
        assert values(later) == [[80 + 58]]
        assert [array.shape[2] for array in later.past_key_values[0]] == [3, 3, 2, 2]


def test_an_encoder_and_a_decoder_without_a_cache(tmp_path: Path) -> None:
    folder = seq2seq(tmp_path / "m", split=False)
    with models.AutoModelForSeq2SeqLM.from_pretrained(folder) as model:
        assert list(model.sessions) == ["encoder_model", "decoder_model"]
        output = model(input_ids=[[10, 20]], decoder_input_ids=[[1, 2]])
        assert values(output) == [[240 + 24, 240 + 25]]


def test_images_among_the_tokens(tmp_path: Path) -> None:
    folder = tiny.write(
        tmp_path / "m",
        {"model_type": "llava", "image_token_index": 7},
        embed_tokens=tiny.embed_tokens(),
        vision_encoder=tiny.vision_encoder(),
        decoder_model_merged=tiny.decoder(embeds=True),
    )
    with models.LlavaForConditionalGeneration.from_pretrained(folder) as model:
        total = 8 * (1 + 40 + 2)
        one_token = model(input_ids=[[1, 7, 2]], pixel_values=PIXELS)
        assert values(one_token) == [[total + position for position in range(6)]]
        expanded = model(input_ids=[[1, 7, 7, 7, 7, 2]], pixel_values=PIXELS)
        assert values(expanded) == values(one_token)
        later = model(
            input_ids=[[3]], pixel_values=PIXELS, past_key_values=one_token.past_key_values
        )
        assert values(later) == [[total + 24 + 6]]
        assert values(model(input_ids=[[1, 2]])) == [[24, 25]]
        # The shorter row is padded on the left, its positions count its own tokens.
        both = model(input_ids=[[1, 7, 2], [1, 2, 3]], pixel_values=PIXELS)
        assert values(both)[0] == values(one_token)[0]
        assert values(both)[1][3:] == [48, 49, 50]
        embedded = model(inputs_embeds=[[[1.0], [2.0]]])
        assert values(embedded) == [[24, 25]]
        with pytest.raises(InvalidArgumentError, match="1 image tokens for 2 images of 4 features"):
            model(input_ids=[[1, 7]], pixel_values=np.concatenate([PIXELS, PIXELS]))
        with pytest.raises(InvalidArgumentError, match="'input_ids' is missing"):
            model(pixel_values=PIXELS)
        with pytest.raises(InvalidArgumentError, match=r"of shape \(rows, tokens\)"):
            model(input_ids=[1])


def test_an_image_before_the_text_of_an_encoder(tmp_path: Path) -> None:
    folder = tiny.write(
        tmp_path / "m",
        {"model_type": "florence2", "is_encoder_decoder": True},
        embed_tokens=tiny.embed_tokens(),
        vision_encoder=tiny.vision_encoder(),
        encoder_model=tiny.encoder(embeds=True),
        decoder_model_merged=tiny.decoder(with_past=False, encoder="states", embeds=True),
    )
    with models.Florence2ForConditionalGeneration.from_pretrained(folder) as model:
        both = model(input_ids=[[5, 6]], pixel_values=PIXELS, decoder_input_ids=[[1, 2]])
        assert values(both) == [[8 * 51 + 24, 8 * 51 + 25]]
        masked = model(
            input_ids=[[5, 6]],
            attention_mask=[[1, 0]],
            pixel_values=PIXELS,
            decoder_input_ids=[[1, 2]],
        )
        assert values(masked) == [[8 * 45 + 24, 8 * 45 + 25]]
        again = model(
            encoder_outputs=masked.encoder_outputs,
            attention_mask=[[1, 0]],
            decoder_input_ids=[[1, 2]],
        )
        assert values(again) == values(masked)
        text = model(input_ids=[[5, 6]], decoder_inputs_embeds=[[[1.0], [2.0]]])
        assert values(text) == [[8 * 11 + 24, 8 * 11 + 25]]
        image = model(pixel_values=PIXELS, decoder_input_ids=[[1]])
        assert values(image) == [[8 * 40 + 8]]
        with pytest.raises(InvalidArgumentError, match="'decoder_input_ids' or 'decoder_inputs_em"):
            model(input_ids=[[5, 6]])
        with pytest.raises(InvalidArgumentError, match="'input_ids' is missing"):
            model(decoder_input_ids=[[1]])


def test_music_is_a_text_encoder_and_a_decoder(tmp_path: Path) -> None:
    folder = tiny.write(
        tmp_path / "m",
        {"model_type": "musicgen"},
        text_encoder=tiny.encoder(),
        decoder_model_merged=tiny.decoder(with_past=False, encoder="states", merged=True),
        encodec_decode=tiny.embed_tokens(),
    )
    with models.AutoModelForTextToWaveform.from_pretrained(folder) as model:
        assert type(model) is models.MusicgenForConditionalGeneration
        assert list(model.sessions) == ["text_encoder", "decoder_model_merged", "encodec_decode"]
        output = model(input_ids=[[10, 20]], decoder_input_ids=[[1, 2]])
        assert values(output) == [[240 + 24, 240 + 25]]


def speech(folder: Path) -> Path:
    """An encoder that makes a mask of its own, and a decoder of frames."""
    encoder = ob.graph(
        [
            ob.node("Cast", ["input_ids"], ["x"], to=ob.TYPES["float32"]),
            ob.node("Unsqueeze", ["x", "axis_2"], ["encoder_outputs"]),
            ob.node("Sign", ["input_ids"], ["encoder_attention_mask"]),
        ],
        [ob.value("input_ids", "int64", [1, "tokens"])],
        [
            ob.value("encoder_outputs", "float32", [1, "tokens", 1]),
            ob.value("encoder_attention_mask", "int64", [1, "tokens"]),
        ],
        tiny.constants("float32"),
    )
    decoder = ob.graph(
        [
            ob.node("Cast", ["encoder_attention_mask"], ["mask"], to=ob.TYPES["float32"]),
            ob.node("ReduceSum", ["mask"], ["count"]),
            ob.node("ReduceSum", ["encoder_hidden_states"], ["sum"]),
            ob.node("Add", ["count", "sum"], ["both"]),
            ob.node("Add", ["output_sequence", "both"], ["spectrum"]),
            ob.node("ReduceSum", ["speaker_embeddings"], ["prob"]),
        ],
        [
            ob.value("output_sequence", "float32", [1, "frames", 2]),
            ob.value("encoder_hidden_states", "float32", [1, "tokens", 1]),
            ob.value("encoder_attention_mask", "int64", [1, "tokens"]),
            ob.value("speaker_embeddings", "float32", [1, 3]),
        ],
        [ob.value("spectrum", "float32", None), ob.value("prob", "float32", None)],
    )
    config = {"model_type": "speecht5"}
    return tiny.write(folder, config, encoder_model=encoder, decoder_model_merged=decoder)


def test_a_decoder_of_frames(tmp_path: Path) -> None:
    with models.AutoModelForTextToSpectrogram.from_pretrained(speech(tmp_path / "m")) as model:
        voice = np.ones((1, 3))
        output = model(
            input_ids=[[5, 6, 0]],
            decoder_input_values=np.zeros((1, 1, 2)),
            speaker_embeddings=voice,
        )
        assert output.spectrum.tolist() == [[[13, 13]]]
        assert float(np.squeeze(output.prob)) == 3
        with pytest.raises(InvalidArgumentError, match="'decoder_input_values' is missing"):
            model(input_ids=[[5]], speaker_embeddings=voice)
        with pytest.raises(InvalidArgumentError, match="'speaker_embeddings' is missing"):
            model(input_ids=[[5]], decoder_input_values=np.zeros((1, 1, 2)))

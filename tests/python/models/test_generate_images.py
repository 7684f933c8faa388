"""generate() of models that read images beside or before their text."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tiny_models as tiny

from onnxformers import models
from onnxformers.errors import InvalidArgumentError, RunCancelledError
from onnxformers.models.base import PreTrainedModel

LLAVA = Path(__file__).parents[2] / "conformance" / "models" / "llava"
IMAGE, FEATURES = 147, 16


@pytest.fixture(scope="module")
def llava() -> PreTrainedModel:
    return models.LlavaForConditionalGeneration.from_pretrained(LLAVA)


def pixels(count: int) -> np.ndarray[Any, Any]:
    shape = (count, 3, 32, 32)
    return np.random.default_rng(7).standard_normal(shape).astype(np.float32)


def prompt(*, expanded: bool) -> list[int]:
    return [1, 3, *[IMAGE] * (FEATURES if expanded else 1), 31, 24]


def test_one_token_for_an_image_is_as_good_as_one_for_each_feature(llava: PreTrainedModel) -> None:
    new = 6
    given: Any = {"pixel_values": pixels(1), "max_new_tokens": new}
    whole = llava.generate([prompt(expanded=True)], **given)
    short = llava.generate([prompt(expanded=False)], **given)
    assert whole.shape == (1, 4 + FEATURES + new)
    assert short[0].tolist() == prompt(expanded=False) + whole[0, -new:].tolist()


def test_what_is_written_depends_on_the_image(llava: PreTrainedModel) -> None:
    ids = [prompt(expanded=False)] * 2
    options: Any = {"max_new_tokens": 1, "return_dict_in_generate": True, "output_logits": True}
    both = llava.generate(ids, pixel_values=pixels(2), **options)
    for row in range(2):
        one = llava.generate(ids[:1], pixel_values=pixels(2)[row : row + 1], **options)
        np.testing.assert_allclose(both.logits[0][row], one.logits[0][0], atol=1e-4)
    assert np.abs(both.logits[0][0] - both.logits[0][1]).max() > 1e-3
    assert both.sequences[:, :5].tolist() == ids


def test_rows_of_several_lengths_and_several_answers(llava: PreTrainedModel) -> None:
    longer, shorter = [1, 3, IMAGE, 31, 24, 43], [9, IMAGE]
    padded = [longer, [148] * 4 + shorter]
    mask = [[1] * 6, [0] * 4 + [1] * 2]
    given: Any = {"max_new_tokens": 4, "num_beams": 2, "num_return_sequences": 2}
    both = llava.generate(padded, attention_mask=mask, pixel_values=pixels(2), **given)
    alone = llava.generate([shorter], pixel_values=pixels(2)[1:], **given)
    assert both.shape == (4, 10)
    assert both[2:, -4:].tolist() == alone[:, -4:].tolist()
    assert both[:, :6].tolist() == [padded[0], padded[0], padded[1], padded[1]]


def test_what_processors_say_of_sizes_is_passed_over(llava: PreTrainedModel) -> None:
    given: Any = {"pixel_values": pixels(1), "max_new_tokens": 2}
    sizes = {"original_sizes": [[40, 30]], "reshaped_input_sizes": [[32, 32]]}
    ids = [prompt(expanded=False)]
    assert llava.generate(ids, **given, **sizes).tolist() == llava.generate(ids, **given).tolist()
    assert llava(input_ids=ids, pixel_values=pixels(1), **sizes).logits.shape[0] == 1


def test_images_and_their_tokens_must_be_as_many(llava: PreTrainedModel) -> None:
    with pytest.raises(InvalidArgumentError, match="1 image tokens for 2 images"):
        llava.generate([prompt(expanded=False)], pixel_values=pixels(2))


def test_a_cancelled_call_does_not_look_at_the_image(llava: PreTrainedModel) -> None:
    from onnxformers import CancelToken

    token = CancelToken()
    token.cancel()
    with pytest.raises(RunCancelledError):
        llava.generate([prompt(expanded=False)], pixel_values=pixels(1), cancel=token)


def test_an_image_before_the_text_of_an_encoder(tmp_path: Path) -> None:
    folder = tiny.write(
        tmp_path / "m",
        {"model_type": "florence2", "is_encoder_decoder": True, "decoder_start_token_id": 1},
        embed_tokens=tiny.embed_tokens(),
        vision_encoder=tiny.vision_encoder(),
        encoder_model=tiny.encoder(embeds=True),
        decoder_model_merged=tiny.decoder(with_past=False, encoder="states", embeds=True),
    )
    image = np.ones((1, 1, 2, 2), np.float32)
    with models.Florence2ForConditionalGeneration.from_pretrained(folder) as model:
        given: Any = {"input_ids": [[5, 6]], "pixel_values": image}
        written = model.generate(
            **given, max_new_tokens=2, return_dict_in_generate=True, output_logits=True
        )
        assert written.sequences.shape == (1, 3)
        for step in range(2):
            wanted = model(**given, decoder_input_ids=written.sequences[:, : step + 1])
            assert written.logits[step].tolist() == wanted.logits[:, -1].tolist()

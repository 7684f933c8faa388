"""output_attentions and output_hidden_states of generate()."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tiny_models as tiny
from writing_models import PROMPT, load

import onnx_builder as ob
from onnxformers import AutoModelForCausalLM
from onnxformers.errors import InvalidArgumentError

TABLE = np.random.default_rng(3).standard_normal((40, 40)).astype(np.float32)
ASKED = {
    "return_dict_in_generate": True,
    "output_attentions": True,
    "output_hidden_states": True,
    "eos_token_id": None,
}


def graph() -> bytes:
    """Hidden states are the tokens themselves; attentions the products of two tokens."""
    tokens = ("batch", "tokens")
    return ob.graph(
        [
            ob.node("Gather", ["table", "input_ids"], ["logits"]),
            ob.node("Cast", ["input_ids"], ["numbers"], to=ob.TYPES["float32"]),
            ob.node("Unsqueeze", ["numbers", "axis_2"], ["hidden_states.0"]),
            ob.node("Add", ["hidden_states.0", "hidden_states.0"], ["hidden_states.1"]),
            ob.node("Unsqueeze", ["numbers", "axes_13"], ["down"]),
            ob.node("Unsqueeze", ["numbers", "axes_12"], ["along"]),
            ob.node("MatMul", ["down", "along"], ["attentions.0"]),
        ],
        [ob.value("input_ids", "int64", tokens)],
        [
            ob.value("logits", "float32", (*tokens, 40)),
            ob.value("hidden_states.0", "float32", (*tokens, 1)),
            ob.value("hidden_states.1", "float32", (*tokens, 1)),
            ob.value("attentions.0", "float32", ("batch", 1, "tokens", "keys")),
        ],
        [
            ob.tensor("table", TABLE),
            ob.tensor("axis_2", np.array([2])),
            ob.tensor("axes_13", np.array([1, 3])),
            ob.tensor("axes_12", np.array([1, 2])),
        ],
    )


@pytest.fixture
def model(tmp_path: Path) -> Any:
    config = {"model_type": "gpt2", "architectures": ["GPT2LMHeadModel"], "vocab_size": 40}
    with AutoModelForCausalLM.from_pretrained(
        tiny.write(tmp_path / "m", config, model=graph())
    ) as opened:
        yield opened


@pytest.mark.parametrize(
    "options", [{}, {"do_sample": True, "seed": 3, "num_return_sequences": 2}], ids=["one", "two"]
)
def test_each_step_has_what_its_layers_gave(model: Any, options: dict[str, Any]) -> None:
    prompt = [[5, 6, 7], [8, 9, 10]]
    output = model.generate(prompt, max_new_tokens=4, **ASKED, **options)
    sequences = output.sequences.astype(np.float32)
    assert len(output.hidden_states) == len(output.attentions) == 4
    for step in range(4):
        first, last = (0 if step == 0 else 2 + step), 3 + step
        states = sequences[:, first:last, None]
        for layer, factor in zip(output.hidden_states[step], (1, 2), strict=True):
            np.testing.assert_array_equal(layer, factor * states)
        (looks,) = output.attentions[step]
        expected = sequences[:, None, first:last, None] * sequences[:, None, None, :last]
        np.testing.assert_array_equal(looks, expected)
    plain = model.generate(prompt, max_new_tokens=4, eos_token_id=None, **options)
    np.testing.assert_array_equal(output.sequences, plain)


def test_a_request_of_a_queue_has_them_too(model: Any) -> None:
    alone = model.generate([[5, 6]], max_new_tokens=3, **ASKED)
    asked = model.submit([[5, 6]], max_new_tokens=3, **ASKED).result(30)
    for step, expected in zip(asked.attentions, alone.attentions, strict=True):
        np.testing.assert_array_equal(step[0], expected[0])


@pytest.mark.parametrize("name", ["output_attentions", "output_hidden_states"])
def test_what_a_model_does_not_give_is_refused(name: str, model: Any) -> None:
    options = {name: True, "return_dict_in_generate": True}
    with pytest.raises(InvalidArgumentError, match=f"{name} cannot be had: the model was exported"):
        load("opt").generate(PROMPT, **options)
    with pytest.raises(InvalidArgumentError, match=f"{name} is for models of text"):
        model.generate([[5, 6]], num_beams=2, **options)
    assert load("opt").generate(PROMPT, **{name: True}).shape[0] == 1  # nothing to return it in

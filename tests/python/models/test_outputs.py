from __future__ import annotations

import copy
import pickle

import pytest

from onnxformers.models import ModelOutput, Seq2SeqLMOutput, SequenceClassifierOutput


def test_outputs_are_mapping_and_attributes() -> None:
    output = ModelOutput(logits=1)
    assert (output.logits, output["logits"], dict(output)) == (1, 1, {"logits": 1})
    with pytest.raises(AttributeError, match="no output 'loss'; there are logits"):
        output.loss  # noqa: B018
    with pytest.raises(KeyError, match="loss"):
        output["loss"]


def test_outputs_have_an_index() -> None:
    output = ModelOutput(logits=1, past_key_values=2, attentions=3)
    assert (output[0], output[-1], output[:2]) == (1, 3, (1, 2))
    assert output.to_tuple() == (1, 2, 3)
    assert list(output) == ["logits", "past_key_values", "attentions"]
    with pytest.raises(IndexError):
        output[3]


def test_outputs_keep_their_class() -> None:
    output = SequenceClassifierOutput(logits=1)
    for same in (pickle.loads(pickle.dumps(output)), copy.copy(output), copy.deepcopy(output)):
        assert type(same) is SequenceClassifierOutput
        assert same == output


def test_what_the_encoder_gave_goes_back_in() -> None:
    output = Seq2SeqLMOutput(logits=1, encoder_last_hidden_state=2)
    assert output.encoder_outputs.last_hidden_state == 2

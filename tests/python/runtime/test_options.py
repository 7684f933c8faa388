from __future__ import annotations

import pytest

from onnxformers.errors import InvalidArgumentError, InvalidTypeError
from onnxformers.runtime import SessionOptions
from onnxformers.settings import env


def test_the_settings_of_the_process_are_where_options_start() -> None:
    env.backends.onnx.session_options = {"intra_op_threads": 3, "log_severity": 2}
    assert SessionOptions.of(None) == SessionOptions(intra_op_threads=3, log_severity=2)
    chosen = SessionOptions.of({"intra_op_threads": 1})
    assert chosen == SessionOptions(intra_op_threads=1, log_severity=2)
    own = SessionOptions(inter_op_threads=2)
    assert SessionOptions.of(own) is own


def test_an_unknown_setting_of_the_process_is_named_when_a_model_is_opened() -> None:
    env.backends.onnx.session_options = {"threads": 3}
    with pytest.raises(InvalidArgumentError, match="unknown option 'threads'"):
        SessionOptions.of(None)


def test_options_that_are_no_mapping() -> None:
    with pytest.raises(InvalidTypeError, match="expected SessionOptions or a mapping, got list"):
        SessionOptions.of([1])  # type: ignore[arg-type]

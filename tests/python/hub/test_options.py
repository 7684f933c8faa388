from __future__ import annotations

import copy
import dataclasses
import pickle
from typing import Any

import pytest

from onnxformers.errors import InvalidArgumentError, InvalidTypeError, OnnxformersError
from onnxformers.hub import LoadOptions
from onnxformers.hub.options import why_offline
from onnxformers.settings import env


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"revision": None}, InvalidTypeError),
        ({"revision": "../x"}, InvalidArgumentError),
        ({"subfolder": None}, InvalidTypeError),
        ({"subfolder": "../onnx"}, InvalidArgumentError),
        ({"subfolder": "/onnx"}, InvalidArgumentError),
        ({"cache_dir": 3}, InvalidTypeError),
        ({"local_files_only": 1}, InvalidTypeError),
        ({"token": 5}, InvalidTypeError),
        ({"token": "hf_abc\r\nHost: evil"}, InvalidArgumentError),
        ({"token": "hf_é"}, InvalidArgumentError),
        ({"progress_callback": "print"}, InvalidTypeError),
    ],
)
def test_wrong_options_are_refused(changes: dict[str, Any], error: type[OnnxformersError]) -> None:
    with pytest.raises(error) as caught:
        LoadOptions(**changes)
    assert "hf_" not in str(caught.value)


def test_the_token_is_not_shown() -> None:
    assert "hf_secret" not in repr(LoadOptions(token="hf_secret"))


def test_unknown_options_name_the_near_one() -> None:
    with pytest.raises(InvalidArgumentError, match="did you mean 'revision'"):
        LoadOptions.of({"revison": "main"})
    with pytest.raises(InvalidArgumentError, match="known: cache_dir"):
        LoadOptions.of({"learnt": {}})
    assert LoadOptions.of({"revision": "v1"}) == LoadOptions(revision="v1")
    assert LoadOptions.of({"revision": "v1", "dtype": "q8"}) == LoadOptions(revision="v1")


def test_options_pickle_and_compare_by_what_was_asked() -> None:
    options = LoadOptions(revision="v1")
    options.learnt.commits["a", "b"] = "c"
    assert pickle.loads(pickle.dumps(options)) == LoadOptions(revision="v1")
    assert dataclasses.replace(options, subfolder="").learnt.commits == {}


def test_a_pickle_holds_no_token() -> None:
    options = LoadOptions(token="hf_secret", revision="v1")
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        data = pickle.dumps(options, protocol)
        assert b"hf_secret" not in data
        assert pickle.loads(data) == LoadOptions(revision="v1")
    assert copy.deepcopy(options).token is None
    assert pickle.loads(pickle.dumps(LoadOptions(token=False))).token is False
    assert dataclasses.replace(options, subfolder="").token == "hf_secret"


def test_why_there_is_no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    assert why_offline(LoadOptions()) is None
    options = LoadOptions()
    options.learnt.unreachable = "the host does not answer"
    assert why_offline(options) == "the host does not answer"
    assert why_offline(LoadOptions(local_files_only=True)) == "local_files_only=True"
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    assert why_offline(LoadOptions()) == "HF_HUB_OFFLINE is set"
    env.allow_remote_models = False
    assert why_offline(LoadOptions()) == "env.allow_remote_models is False"

"""How docs/coverage.md is made: patterns, alternatives, and whether a name exists."""

from __future__ import annotations

import coverage_names as names
import make_coverage as tool
import pytest

HEADINGS = """\
# a/module
module (module)
Tensor
new Tensor
tensor.toArray

# a/guide
Guide
Install
  Linux
Use
  Linux
"""
ANSWERS = """\
# a/module
module (module), Tensor = `numpy.ndarray`
new * = planned: vision: `{0}`
*.to* = `{0.symbol}` {1.snake} {name}
# a/guide
Use / * = not carried over: no {0}
"""


def test_headings_carry_those_above_them_but_not_the_title() -> None:
    assert tool.read_headings(HEADINGS) == {
        "a/module": ["module (module)", "Tensor", "new Tensor", "tensor.toArray"],
        "a/guide": ["Guide", "Install", "Install / Linux", "Use", "Use / Linux"],
    }


def test_a_heading_that_is_there_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="a/guide has 'Use / Linux' twice"):
        tool.read_headings(f"{HEADINGS}  Linux\n")


def test_the_first_pattern_that_fits_answers() -> None:
    rules = tool.read_rules(ANSWERS)
    found = list(tool.answers(tool.read_headings(HEADINGS), rules))
    assert [answer for _, _, answer in found] == [
        "`numpy.ndarray`",
        "`numpy.ndarray`",
        "planned: vision: `Tensor`",
        "`Tensor` array tensor.toArray",
        None,
        None,
        None,
        None,
        "not carried over: no Linux",
    ]
    assert [rule.used for rule in rules] == [1, 1, 1, 1, 1]


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        ("`ops.softmax`", "here"),
        ("core: cpp/base/json.h", "here"),
        ("`numpy.exp`, or `ops.softmax`", "here"),
        ("`numpy.exp`", "Python's own"),
        ("[Tasks](../README.md)", "documentation"),
        ("planned: audio: `ops.softmax`", "planned"),
        ("not carried over: `env`", "not carried over"),
    ],
)
def test_kinds(answer: str, kind: str) -> None:
    assert tool.kind_of(answer) == kind


@pytest.mark.parametrize(
    ("answer", "chosen"),
    [
        ("`ops.softmax` | planned: audio", "`ops.softmax`"),
        ("`ops.softmaxx` | `env` | planned: audio", "`env`"),
        ("`ops.softmax`, `ops.nothing` | planned: audio", "planned: audio"),
        ("[a](../README.md#tasks) | b", "[a](../README.md#tasks)"),
        ("[a](../README.md#no-such-heading) | b", "b"),
        ("[a](no_such_page.md) | b", "b"),
    ],
)
def test_alternatives(answer: str, chosen: str) -> None:
    assert tool.choose(answer) == chosen


def test_a_file_of_the_core_that_is_not_there_is_found_out() -> None:
    assert tool.broken_links("core: cpp/base/json.h, and more") == []
    assert tool.broken_links("core: cpp/base/nothing.h") == ["cpp/base/nothing.h"]


@pytest.mark.parametrize(
    "name",
    [
        "env",
        "env.backends.onnx",
        "pipeline",
        "ops.softmax",
        "runtime.devices.available_providers",
        "models.BertModel.from_pretrained",
        "PreTrainedModel.config",
        "PreTrainedModel.__call__",
        "tokenizers.AddedToken.content",
        "PreTrainedTokenizer.unk_token_id",
        "numpy.ndarray.shape",
        "numpy.fft.rfft",
        "heapq.heappop",
        "len",
        "dict.pop",
    ],
)
def test_names_that_exist(name: str) -> None:
    assert names.exists(name)


@pytest.mark.parametrize(
    "name",
    [
        "envy",
        "env.nothing",
        "ops.nothing",
        "models.NothingModel",
        "PreTrainedModel.nothing",
        "AutoConfig.__call__",
        "numpy.nothing",
        "no_such_package.name",
    ],
)
def test_names_that_do_not(name: str) -> None:
    assert not names.exists(name)


def test_what_a_room_has_is_found_without_the_room() -> None:
    assert names.exists_somewhere("BertModel.from_pretrained")
    assert names.exists_somewhere("softmax")
    assert not names.exists_somewhere("len")


def test_names_a_symbol_would_have_in_python() -> None:
    symbols = tool.symbols_of(["Tensor", "new Tensor", "tensor.toArray", "readAudio"])
    assert tool.python_names("tensor.toArray", symbols) == ["Tensor.toArray", "Tensor.to_array"]
    assert tool.python_names("tensor._call", symbols) == ["Tensor.__call__"]
    assert tool.python_names("readAudio", symbols) == ["readAudio", "read_audio"]
    assert tool.python_names("other.name", symbols) == []

"""Conversations rendered with a chat template: what templates see, may do, and may not."""

from __future__ import annotations

import json
import pickle
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from onnxformers.errors import (
    ChatTemplateError,
    FileFormatError,
    InvalidArgumentError,
    InvalidTypeError,
)
from onnxformers.tokenizers import AutoTokenizer, PreTrainedTokenizer, TemplateLimits
from onnxformers.tokenizers.chat_parts import assistant_mask

MakeFolder = Callable[..., Path]

CHATML = (
    "{% for message in messages %}\n"
    "{{ message['role'] + ': ' + message['content'] + '!' }}\n"
    "{% endfor %}\n"
    "{% if add_generation_prompt %}assistant: {% endif %}"
)
MARKED = (
    "{% for m in messages %}{% if m.role == 'assistant' %}{% generation %}{{ m.content }}"
    "{% endgeneration %}{% else %}{{ m.content }}{% endif %} . {% endfor %}"
)
HELLO = [{"role": "user", "content": "hello world"}]
TALK = [*HELLO, {"role": "assistant", "content": "a b"}]


@pytest.fixture
def chat(make_folder: MakeFolder) -> PreTrainedTokenizer:
    config = {"tokenizer_class": "BertTokenizer", "chat_template": CHATML}
    return AutoTokenizer.from_pretrained(make_folder(tokenizer_config=config))


def text_of(tokenizer: PreTrainedTokenizer, template: str, **options: Any) -> str:
    options = {"tokenize": False, **options}
    text = tokenizer.apply_chat_template(
        options.pop("messages", HELLO), chat_template=template, **options
    )
    assert isinstance(text, str)
    return text


def test_renders_and_encodes(chat: PreTrainedTokenizer) -> None:
    text = chat.apply_chat_template(TALK, tokenize=False)
    assert text == "user: hello world!\nassistant: a b!\n"
    ids = chat.apply_chat_template(TALK)
    assert ids == chat.encode(text, add_special_tokens=False)
    prompted = chat.apply_chat_template(TALK, tokenize=False, add_generation_prompt=True)
    assert prompted == text + "assistant: "


def test_results_in_every_shape(chat: PreTrainedTokenizer) -> None:
    ids = chat.apply_chat_template(HELLO)
    assert np.array_equal(chat.apply_chat_template(HELLO, return_tensors="np"), [ids])
    whole = chat.apply_chat_template(HELLO, return_dict=True)
    assert whole["input_ids"] == ids
    assert whole["attention_mask"] == [1] * len(ids)
    assert chat.apply_chat_template([HELLO, TALK], tokenize=False) == [
        chat.apply_chat_template(HELLO, tokenize=False),
        chat.apply_chat_template(TALK, tokenize=False),
    ]
    assert chat.apply_chat_template([HELLO, TALK]) == [ids, chat.apply_chat_template(TALK)]
    rows = chat.apply_chat_template([HELLO, TALK], padding=True, return_tensors="np")
    assert rows.shape == (2, len(chat.apply_chat_template(TALK)))
    assert (
        chat.apply_chat_template(TALK, truncation=True, max_length=4)
        == (chat.apply_chat_template(TALK)[:4])
    )
    sides = chat.apply_chat_template(HELLO, tokenizer_kwargs={"add_special_tokens": True})
    assert sides == [chat.cls_token_id, *ids, chat.sep_token_id]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"return_dict": True, "tokenize": False}, "tokenize=True"),
        ({"return_assistant_tokens_mask": True}, "return_dict=True"),
        ({"continue_final_message": True, "add_generation_prompt": True}, "choose one"),
        (
            {
                "continue_final_message": True,
                "return_assistant_tokens_mask": True,
                "return_dict": True,
            },
            "do not go together",
        ),
    ],
)
def test_options_that_do_not_go_together(
    chat: PreTrainedTokenizer, options: dict[str, Any], message: str
) -> None:
    with pytest.raises(InvalidArgumentError, match=message):
        chat.apply_chat_template(HELLO, **options)


@pytest.mark.parametrize("conversation", ["hello", None, {"role": "user"}, 3])
def test_what_is_no_conversation(chat: PreTrainedTokenizer, conversation: Any) -> None:
    with pytest.raises(InvalidTypeError, match="list of messages"):
        chat.apply_chat_template(conversation)


def test_an_empty_conversation(chat: PreTrainedTokenizer) -> None:
    with pytest.raises(InvalidArgumentError, match="empty"):
        chat.apply_chat_template([])


def test_goes_on_with_the_last_message(chat: PreTrainedTokenizer) -> None:
    text = chat.apply_chat_template(TALK, tokenize=False, continue_final_message=True)
    assert text == "user: hello world!\nassistant: a b"
    parts = [*HELLO, {"role": "assistant", "content": [{"type": "text", "text": " a b "}]}]
    template = (
        "{% for m in messages %}"
        "{{ m.content if m.content is string else m.content[0].text }}|{% endfor %}"
    )
    options = {"tokenize": False, "continue_final_message": True, "chat_template": template}
    assert chat.apply_chat_template(parts, **options) == "hello world| a b"
    with pytest.raises(InvalidArgumentError, match="changes the last message"):
        chat.apply_chat_template(TALK, **{**options, "chat_template": "nothing of it"})
    with pytest.raises(InvalidArgumentError, match="text as its content"):
        chat.apply_chat_template([{"role": "user"}], **{**options, "chat_template": "x"})


def test_marks_what_the_assistant_wrote(bert: PreTrainedTokenizer) -> None:
    options = {
        "chat_template": MARKED,
        "return_dict": True,
        "return_assistant_tokens_mask": True,
    }
    found = bert.apply_chat_template(TALK, **options)
    tokens = bert.convert_ids_to_tokens(found["input_ids"])
    assert tokens == ["hello", "world", ".", "a", "b", "."]
    assert found["assistant_masks"] == [0, 0, 0, 1, 1, 0]
    cut = bert.apply_chat_template(TALK, **options, truncation=True, max_length=4)
    assert cut["assistant_masks"] == [0, 0, 0, 1]
    gone = bert.apply_chat_template(TALK, **options, truncation=True, max_length=3)
    assert gone["assistant_masks"] == [0, 0, 0]
    both = bert.apply_chat_template([TALK, HELLO], **options)
    assert both["assistant_masks"] == [[0, 0, 0, 1, 1, 0], [0, 0, 0]]


SPANS = st.lists(
    st.tuples(st.integers(0, 30), st.integers(0, 9)).map(lambda span: (span[0], sum(span))),
    max_size=8,
)


@given(offsets=SPANS, spans=SPANS)
def test_the_mask_is_that_of_the_plain_way(
    offsets: list[tuple[int, int]], spans: list[tuple[int, int]]
) -> None:
    plain = [
        int(any(start < last and first < end for first, last in spans)) for start, end in offsets
    ]
    assert assistant_mask(offsets, spans) == plain


def test_a_mask_without_marks_is_empty_and_said_once(
    chat: PreTrainedTokenizer, caplog: pytest.LogCaptureFixture
) -> None:
    options = {"return_dict": True, "return_assistant_tokens_mask": True}
    for _ in range(2):
        assert set(chat.apply_chat_template(TALK, **options)["assistant_masks"]) == {0}
    assert sum("generation" in record.message for record in caplog.records) == 1


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("{{ 'a' if tools is none else 'b' }}{{ documents }}", "aNone"),
        ("{{ cls_token }}{{ sep_token }}", "[CLS][SEP]"),
        ("  {% if true %}\n  x\n  {% endif %}\ny", "  x\ny"),
        ("{{ {'a': '<b> & é'} | tojson }}", '{"a": "<b> & é"}'),
        ("{{ {'b': 1, 'a': 2} | tojson(indent=2, sort_keys=true) }}", '{\n  "a": 2,\n  "b": 1\n}'),
        ("{{ [1, 2] | tojson(separators=(',', ':')) }}", "[1,2]"),
        ("{{ {'a': 'é'} | tojson(ensure_ascii=true) }}", '{"a": "\\u00e9"}'),
        ("{% for i in range(9) %}{% if i == 3 %}{% break %}{% endif %}{{ i }}{% endfor %}", "012"),
        ("{% for i in [1, 2] %}{% continue %}{{ i }}{% endfor %}", ""),
        ("{{ ['a', 'b'] | join('-') }}{{ messages | join('', attribute='role') }}", "a-buser"),
        ("{{ 'a' ~ 1 ~ [2] ~ none ~ undefined }}", "a1[2]None"),
        ("{{ '%s %03d' % ('a', 7) }}{{ '%s' | format('b') }}", "a 007b"),
        ("{{ '{} {x:>3}'.format('a', x=1) }}", "a   1"),
        ("{{ 'abc'.replace('b', 'xx') ~ 'abc' | replace('c', 'y') }}", "axxcaby"),
        ("{{ '-'.join(['a', 'b']) }}{{ 'a'.ljust(3) }}|{{ 'b' | center(3) }}|", "a-ba  | b |"),
        ("{% set ns = namespace(x=[]) %}{% set ns.x = ns.x + [1] %}{{ ns.x }}", "[1]"),
        ("{% macro m(x) %}<{{ x }}>{% endmacro %}{{ m(1) }}{{ m([2]) }}", "<1><[2]>"),
        ("{% macro m() %}{{ caller() }}{% endmacro %}{% call m() %}in{% endcall %}", "in"),
        ("{% for a, b in {'x': 1}.items() %}{{ a }}{{ b }}{% endfor %}", "x1"),
        (
            "{% for x in [[1, [2]]] recursive %}{{ x if x is number else loop(x) }}{% endfor %}",
            "12",
        ),
        ("{% set x, y = (1, 2) %}{{ y }}{{ x }}{{ (1, 2)[::-1] | list }}", "21[2, 1]"),
        ("{% generation %}{{ messages[0].content }}{% endgeneration %}", "hello world"),
        ("{% if strftime_now('%Y') | int > 2000 %}now{% endif %}", "now"),
        ("{{ extra }}", "given"),
    ],
)
def test_what_templates_can_do(chat: PreTrainedTokenizer, template: str, expected: str) -> None:
    assert text_of(chat, template, extra="given") == expected


def test_variables_come_before_special_tokens(chat: PreTrainedTokenizer) -> None:
    assert text_of(chat, "{{ cls_token }}", cls_token="mine") == "mine"


def test_tools_and_documents(chat: PreTrainedTokenizer) -> None:
    def add(x: int) -> int:
        """Add one.

        Args:
            x: To this.
        """
        return x + 1

    schema = {"type": "function", "function": {"name": "other"}}
    names = "{% for t in tools %}{{ t.function.name }} {% endfor %}"
    assert text_of(chat, names, tools=[add, schema]) == "add other "
    assert text_of(chat, "{{ documents[0].title }}", documents=[{"title": "T"}]) == "T"
    with pytest.raises(InvalidTypeError, match="documents"):
        text_of(chat, names, documents=["text"])
    with pytest.raises(InvalidTypeError, match="tool"):
        text_of(chat, names, tools=["add"])


NAMED = [
    {"name": "default", "template": "default"},
    {"name": "tool_use", "template": "with tools"},
    {"name": "rag", "template": "with documents"},
]


def test_templates_by_name(make_folder: MakeFolder) -> None:
    tokenizer = AutoTokenizer.from_pretrained(
        make_folder(tokenizer_config={"chat_template": NAMED})
    )
    assert tokenizer.get_chat_template() == "default"
    assert tokenizer.get_chat_template(tools=[]) == "with tools"
    assert tokenizer.get_chat_template("rag") == "with documents"
    assert tokenizer.get_chat_template("{{ 1 }}") == "{{ 1 }}"
    assert text_of(tokenizer, "rag") == "with documents"
    few = AutoTokenizer.from_pretrained(make_folder(tokenizer_config={"chat_template": NAMED[2:]}))
    with pytest.raises(InvalidArgumentError, match=r"none is called 'default'.*: rag"):
        few.get_chat_template(tools=[])


def test_no_template(bert: PreTrainedTokenizer) -> None:
    assert bert.chat_template is None
    with pytest.raises(InvalidArgumentError, match="no chat template"):
        bert.apply_chat_template(HELLO)


@pytest.mark.parametrize("value", [3, ["x"], [{"name": "x"}], {"a": 1}, [{"name": 1}]])
def test_a_template_that_is_none(make_folder: MakeFolder, value: Any) -> None:
    folder = make_folder(tokenizer_config={"chat_template": value})
    with pytest.raises(FileFormatError, match="chat_template must be"):
        AutoTokenizer.from_pretrained(folder).get_chat_template()


def test_templates_in_files_of_their_own(make_folder: MakeFolder, tmp_path: Path) -> None:
    folder = make_folder(tokenizer_config={"chat_template": "config"})
    (folder / "chat_template.jinja").write_text("file\n{{ 'é' }}", encoding="utf-8")
    assert AutoTokenizer.from_pretrained(folder).chat_template == "file\n{{ 'é' }}"
    more = folder / "additional_chat_templates"
    more.mkdir()
    (more / "rag.jinja").write_text("for documents")
    (more / "notes.txt").write_text("no template")
    tokenizer = AutoTokenizer.from_pretrained(folder)
    assert tokenizer.chat_template == {"default": "file\n{{ 'é' }}", "rag": "for documents"}
    tokenizer.save_pretrained(tmp_path / "saved")
    saved = json.loads((tmp_path / "saved/tokenizer_config.json").read_text())
    assert {item["name"] for item in saved["chat_template"]} == {"default", "rag"}
    again = AutoTokenizer.from_pretrained(tmp_path / "saved")
    assert again.chat_template == tokenizer.chat_template
    assert AutoTokenizer.from_pretrained(folder, chat_template="mine").chat_template == "mine"
    (folder / "chat_template.jinja").write_bytes(b"\xff")
    with pytest.raises(FileFormatError, match="UTF-8"):
        AutoTokenizer.from_pretrained(folder)
    (folder / "chat_template.jinja").write_bytes(b"x" * (1 << 20) + b"x")
    with pytest.raises(FileFormatError, match="larger"):
        AutoTokenizer.from_pretrained(folder)


HOSTILE = {
    "nested ranges": "{% for a in range(99999) %}{% for b in range(99999) %}"
    "{% endfor %}{% endfor %}",
    "filtered ranges": "{% for a in range(99999) %}{% for b in range(99999) if false %}"
    "{% endfor %}{% endfor %}",
    "a long text": "{{ 'a' * 1000000000 }}",
    "a long text, turned": "{% set x = 1000000000 * 'a' %}",
    "a large number": "{{ 9 ** 999999999 }}",
    "a squared number": "{% set n = namespace(x=9) %}{% for i in range(99999) %}"
    "{% set n.x = n.x * n.x %}{% endfor %}",
    "text doubled": "{% set n = namespace(x='ab') %}{% for i in range(99999) %}"
    "{% set n.x = n.x ~ n.x %}{% endfor %}",
    "text added": "{% set n = namespace(x='ab') %}{% for i in range(99999) %}"
    "{% set n.x = n.x + n.x %}{% endfor %}",
    "lists in lists": "{% set n = namespace(x=[1]) %}{% for i in range(99) %}"
    "{% set n.x = [n.x, n.x] %}{% endfor %}{{ n.x }}",
    "dicts in dicts": "{% set n = namespace(x=1) %}{% for i in range(99) %}"
    "{% set n.x = dict(a=n.x, b=n.x) %}{% endfor %}{{ n.x | tojson }}",
    "equal lists": "{% set n = namespace(x=[1], y=[1]) %}{% for i in range(99) %}"
    "{% set n.x = [n.x, n.x] %}{% set n.y = [n.y, n.y] %}{% endfor %}{{ n.x == n.y }}",
    "a tuple as key": "{% set n = namespace(x=(1,)) %}{% for i in range(99) %}"
    "{% set n.x = (n.x, n.x) %}{% endfor %}{{ {n.x: 1} }}",
    "replace": "{% set x = 'a' * 99999 %}{{ x | replace('a', x) }}",
    "replace, method": "{% set x = 'a' * 99999 %}{{ x.replace('a', x) }}",
    "join": "{% set x = 'a' * 99999 %}{{ range(99999) | join(x) }}",
    "join, method": "{% set x = 'a' * 99999 %}{{ x.join('a' * 99999) }}",
    "ljust": "{{ 'a'.ljust(9999999999) }}",
    "zfill": "{{ 'a'.zfill(9999999999) }}",
    "center": "{{ 'a' | center(9999999999) }}",
    "bytes": "{{ 'a'.encode() * 9999999999 }}",
    "to_bytes": "{{ (5).to_bytes(9999999999, 'big') }}",
    "expandtabs": "{{ ('\t' * 99999).expandtabs(99999) }}",
    "translate": "{{ ('a' * 99999).translate({97: 'b' * 99999}) }}",
    "%": "{{ '%9999999999d' % 1 }}",
    "% with a star": "{{ '%*d' % (999999999, 1) }}",
    "% many times": "{{ ('%(a)s' * 99999) % {'a': 'a' * 99999} }}",
    "format": "{{ '{:>9999999999}'.format('a') }}",
    "format, nested": "{{ '{:>{w}}'.format('a', w=9999999999) }}",
    "format many times": "{{ ('{0}' * 99999).format('a' * 99999) }}",
    "format filter": "{{ '%9999999999d' | format(1) }}",
    "batch": "{{ [1] | batch(9999999999, 'x') | list }}",
    "slice": "{{ [1] | slice(9999999999) | list }}",
    "indent": "{{ ('a\n' * 99999) | indent(999999) }}",
    "tojson indent": "{{ [1] | tojson(indent=999999999) }}",
    "round": "{{ 1.5 | round(999999999, 'ceil') }}",
    "sum of lists": "{{ [[1], [2]] | sum(start=[]) }}",
    "sort": "{{ ('ab' * 1000000) | sort }}",
    "urlize": "{{ ('http://a.b ' * 99999) | urlize }}",
    "wordwrap": "{{ ('a ' * 9999) | wordwrap(1, wrapstring='x' * 99999) }}",
    "lipsum": "{{ lipsum(n=99999999) }}",
    "strftime": "{{ strftime_now('%99999999d') }}",
    "macro calls itself": "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
    "macro calls itself twice": "{% macro m() %}{{ m() }}{{ m() }}{% endmacro %}{{ m() }}",
    "recursive loop": "{% for x in [1] recursive %}{{ loop([1]) }}{% endfor %}",
    "block calls itself": "{% block a %}{{ self.a() }}{% endblock %}",
    "constants in a macro": "{% macro m() %}" + "x" * 9999 + "{% endmacro %}"
    "{% set y %}{% for i in range(99999) %}{{ m() }}{% endfor %}{% endset %}",
    "long output": "{% for i in range(99999) %}" + "x" * 999 + "{% endfor %}",
    "__class__": "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    "attr filter": "{{ (''|attr('__class__')).mro() }}",
    "item": "{{ ''['__class__']['__mro__'] }}",
    "globals of a function": "{{ cycler.__init__.__globals__.os }}",
    "globals of ours": "{{ raise_exception.__globals__['jinja2'].x }}",
    "changes a list": "{{ messages.append(1) }}",
    "changes a dict": "{{ messages[0].update(a=1) }}",
    "include": "{% include 'secret' %}",
    "import": "{% import 'os' as os %}",
    "extends": "{% extends 'x' %}",
    "brackets": "{{ " + "(" * 50_000 + "1" + ")" * 50_000 + " }}",
    "ifs": "{% if 1 %}" * 20_000,
    "loops": "{% for a in [1] %}" * 25 + "{% endfor %}" * 25,
    "minus": "{{ " + "-" * 100_000 + "1 }}",
    "too long": "x" * 300_000,
    "no syntax": "{% for %}",
    "no such filter": "{{ 1 | nothing }}",
    "undefined": "{{ a.b.c }}",
    "division": "{{ 1 // 0 }}",
    "wrong type": "{{ 1 + 'a' }}",
    "raise": "{{ raise_exception('no way') }}",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_templates_end_in_our_error(name: str, chat: PreTrainedTokenizer) -> None:
    with pytest.raises(ChatTemplateError, match="chat template: "):
        text_of(chat, HOSTILE[name])
    assert text_of(chat, CHATML) == "user: hello world!\n"


def test_refused_with_the_words_of_the_template(chat: PreTrainedTokenizer) -> None:
    with pytest.raises(ValueError, match="no way"):
        text_of(chat, HOSTILE["raise"])


def test_limits_can_be_set(chat: PreTrainedTokenizer) -> None:
    template = "{% for i in range(2000) %}xxxxx{% endfor %}"
    assert len(text_of(chat, template)) == 10_000
    with pytest.raises(ChatTemplateError, match="writes too much"):
        text_of(chat, template, template_limits=TemplateLimits(characters=9_999))
    with pytest.raises(ChatTemplateError, match=re.escape("takes longer than 0 s")):
        text_of(chat, template, template_limits=TemplateLimits(seconds=0))
    wide = TemplateLimits(characters=10_000_000)
    assert len(text_of(chat, "{{ 'a' * 9000000 }}", template_limits=wide)) == 9_000_000


def test_in_many_threads_at_once(chat: PreTrainedTokenizer) -> None:
    hostile = HOSTILE["macro calls itself"]

    def work(index: int) -> object:
        if index % 4 == 0:
            with pytest.raises(ChatTemplateError):
                text_of(chat, hostile)
            return None
        messages = [*HELLO, {"role": "assistant", "content": "a " * (index % 7)}]
        found = chat.apply_chat_template(
            messages, chat_template=MARKED, return_dict=True, return_assistant_tokens_mask=True
        )
        return sum(found["assistant_masks"]) == index % 7

    with ThreadPoolExecutor(16) as pool:
        assert set(pool.map(work, range(200))) == {None, True}


def test_a_template_within_a_template(chat: PreTrainedTokenizer) -> None:
    def inner() -> str:
        return text_of(chat, "{{ 'in' }}")

    assert text_of(chat, "{{ f() }}-{{ 'a' * 3 }}", f=inner) == "in-aaa"


def test_pickled_tokenizers_chat_too(chat: PreTrainedTokenizer) -> None:
    again = pickle.loads(pickle.dumps(chat))
    assert again.apply_chat_template(TALK) == chat.apply_chat_template(TALK)

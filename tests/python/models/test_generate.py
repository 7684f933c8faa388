"""model.generate: prompts, options and what comes out. Token-exactness: tests/conformance."""

from __future__ import annotations

import logging
import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from onnxformers import (
    AutoModelForCausalLM,
    AutoModelForSeq2SeqLM,
    AutoModelForSequenceClassification,
    AutoTokenizer,
    CancelToken,
    GenerationConfig,
    InterruptableStoppingCriteria,
    StopStringCriteria,
    TextIteratorStreamer,
    TextStreamer,
)
from onnxformers.errors import (
    InvalidArgumentError,
    InvalidTypeError,
    RunCancelledError,
    RunTimeoutError,
    UnsupportedModelError,
)

FOLDER = Path(__file__).parents[2] / "conformance" / "models"
PROMPT = [[32, 43, 300, 286, 45]]


@cache
def load(name: str) -> Any:
    auto = AutoModelForSeq2SeqLM if name in ("t5", "bart-cnn") else AutoModelForCausalLM
    return auto.from_pretrained(FOLDER / name)


@cache
def tokenizer(name: str) -> Any:
    return AutoTokenizer.from_pretrained(FOLDER / name)


def argmaxes(model: Any, ids: list[list[int]], count: int) -> np.ndarray:
    """Greedy search in plain Python, everything computed anew in each step."""
    for _ in range(count):
        logits = model(input_ids=ids).logits
        ids = np.append(ids, logits[:, -1].argmax(-1)[:, None], axis=1)
    return np.asarray(ids)


def test_greedy_search_takes_the_best_token_each_time() -> None:
    model = load("opt")
    wanted = argmaxes(model, PROMPT, 6)
    got = model.generate(PROMPT, max_new_tokens=6, eos_token_id=None)
    assert got.dtype == np.int64
    np.testing.assert_array_equal(got, wanted)
    for call in (
        lambda: model.generate(input_ids=PROMPT, max_new_tokens=6),
        lambda: model.generate({"input_ids": PROMPT, "attention_mask": [[1] * 5]}, max_length=11),
        lambda: model.generate(PROMPT, GenerationConfig(max_new_tokens=6)),
        lambda: model.generate(PROMPT, {"max_new_tokens": 6}),
        lambda: model.generate(PROMPT, GenerationConfig(max_new_tokens=3), max_new_tokens=6),
    ):
        np.testing.assert_array_equal(call(), wanted)
    assert model.generate(PROMPT).shape == (1, 20)


def test_a_config_takes_the_place_of_the_models_but_for_special_tokens() -> None:
    with AutoModelForCausalLM.from_pretrained(FOLDER / "opt") as model:
        model.generation_config.max_length = 8
        first = int(model.generate(PROMPT)[0, 5])
        model.generation_config.eos_token_id = first
        assert model.generate(PROMPT).shape == (1, 6)
        assert model.generate(PROMPT, GenerationConfig(max_new_tokens=9)).shape == (1, 6)
        assert model.generate(PROMPT, {"eos_token_id": None}).shape == (1, 8)
        assert model.generate(PROMPT, GenerationConfig(), eos_token_id=-1).shape == (1, 20)
        assert dict(model.generation_config)["max_length"] == 8


def test_padded_rows_write_what_they_write_alone() -> None:
    model = load("gpt-neo")
    pad = model.generation_config.eos_token_id
    ids = np.array([[11, 12, 13, 14, 15, 16], [pad, pad, pad, 21, 22, 23]])
    mask = (ids != pad).astype(np.int64)
    got = model.generate(ids, attention_mask=mask, max_new_tokens=5)
    alone = [
        model.generate(ids[:1], max_new_tokens=5),
        model.generate([[21, 22, 23]], max_new_tokens=5),
    ]
    np.testing.assert_array_equal(got[0], alone[0][0])
    np.testing.assert_array_equal(got[1, 6:], alone[1][0, 3:])
    # A pad token of its own: the mask is inferred.
    inferred = model.generate(np.where(ids == pad, 3, ids), max_new_tokens=5, pad_token_id=3)
    np.testing.assert_array_equal(inferred[:, 6:], got[:, 6:])


def test_padding_on_the_right_is_warned_of(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING, "onnxformers"):
        load("opt").generate([[5, 6], [7, 1]], attention_mask=[[1, 1], [1, 0]], max_new_tokens=1)
    assert "padding_side='left'" in caplog.text


def test_a_decoder_begins_with_bos_when_nothing_is_given() -> None:
    model = load("gpt-neo")
    got = model.generate(max_new_tokens=3)
    np.testing.assert_array_equal(got, model.generate([[460]], max_new_tokens=3))
    with pytest.raises(InvalidArgumentError, match="no bos_token_id"):
        model.generate(bos_token_id=None)


def test_an_encoder_runs_once_and_decoders_begin_as_told() -> None:
    model = load("t5")
    source = [[3, 118, 11, 61, 1]]
    got = model.generate(source, max_new_tokens=4, eos_token_id=None)
    assert got.shape == (1, 5)
    assert got[0, 0] == model.generation_config.decoder_start_token_id == 0
    encoded = model(input_ids=source, decoder_input_ids=[[0]]).encoder_last_hidden_state
    for given in (
        {"encoder_outputs": encoded},
        {"encoder_outputs": {"last_hidden_state": encoded}},
    ):
        again = model.generate(
            **given, attention_mask=[[1] * 5], max_new_tokens=4, eos_token_id=None
        )
        np.testing.assert_array_equal(again, got)
    for begin in ([[9, 8]], [[0, 9, 8]]):
        begun = model.generate(source, decoder_input_ids=begin, max_new_tokens=2, eos_token_id=None)
        np.testing.assert_array_equal(begun[0, :3], [0, 9, 8])
    two = model.generate(
        source * 2, decoder_start_token_id=[5, 0], max_new_tokens=4, eos_token_id=None
    )
    np.testing.assert_array_equal(two[1], got[0])
    assert two[0, 0] == 5
    forced = model.generate(source, forced_bos_token_id=77, max_new_tokens=2)
    assert forced[0, 1] == 77


def test_padding_of_an_encoder_is_inferred() -> None:
    model = load("t5")
    alone = model.generate([[3, 118, 1]], max_new_tokens=4, eos_token_id=None)
    padded = model.generate(
        [[3, 118, 1, 0, 0], [3, 118, 11, 61, 1]], max_new_tokens=4, eos_token_id=None
    )
    np.testing.assert_array_equal(padded[0], alone[0])


@pytest.mark.parametrize("name", ["opt", "t5"])
def test_what_was_recorded_comes_with_the_sequences(name: str) -> None:
    model = load(name)
    options = {"return_dict_in_generate": True, "output_scores": True, "output_logits": True}
    out = model.generate([[5, 6, 7], [8, 9, 10]], max_new_tokens=3, eos_token_id=None, **options)
    vocab = model.config.vocab_size
    assert [step.shape for step in out.scores] == [(2, vocab)] * 3
    chosen = np.stack([step.argmax(-1) for step in out.scores], 1)
    np.testing.assert_array_equal(out.sequences[:, -3:], chosen)
    np.testing.assert_array_equal(out.scores[0], out.logits[0])
    assert set(model.generate([[5, 6]], return_dict_in_generate=True)) == {"sequences"}
    beams = model.generate(
        [[5, 6, 7]], max_new_tokens=3, num_beams=3, num_return_sequences=2, **options
    )
    assert beams.sequences.shape[0] == len(beams.sequences_scores) == len(beams.beam_indices) == 2
    assert beams.sequences_scores[0] >= beams.sequences_scores[1]
    assert [step.shape for step in beams.scores] == [(3, vocab)] * len(beams.scores)
    one = model.generate([[5, 6, 7]], max_new_tokens=1, num_beams=3, **options)
    assert [step.shape for step in one.scores] == [(3, vocab)]


def test_a_seed_fixes_what_is_drawn() -> None:
    model = load("opt")

    def draw(seed: int | None = None, rows: int = 1, **more: Any) -> Any:
        return model.generate(
            PROMPT * rows, do_sample=True, max_new_tokens=12, top_k=0, seed=seed, **more
        )

    np.testing.assert_array_equal(draw(3), draw(3))
    np.testing.assert_array_equal(draw(3, rows=3)[:1], draw(3))
    assert (draw(3) != draw(4)).any()
    assert (draw() != draw()).any()
    assert len(np.unique(draw(5, num_return_sequences=4), axis=0)) == 4


def test_users_callables_take_part() -> None:
    model = load("opt")
    seen = []

    def forbid_all_but_9(ids: Any, scores: Any) -> Any:
        seen.append((ids.shape, scores.shape, scores.dtype))
        out = np.full_like(scores, -np.inf)
        out[:, 9] = scores[:, 9]
        return out

    got = model.generate(PROMPT, logits_processor=[forbid_all_but_9], max_new_tokens=3)
    np.testing.assert_array_equal(got[0, 5:], [9, 9, 9])
    assert seen[0] == ((1, 5), (1, model.config.vocab_size), np.float32)
    got = model.generate(PROMPT, stopping_criteria=lambda ids, scores: ids.shape[1] == 7)
    assert got.shape == (1, 7)
    got = model.generate(PROMPT * 2, stopping_criteria=[lambda ids, _: [True, ids.shape[1] > 6]])
    assert got.shape == (2, 7)
    assert got[0, 6] == model.generation_config.pad_token_id
    got = model.generate(
        PROMPT, prefix_allowed_tokens_fn=lambda row, ids: [row + 20, len(ids)], max_new_tokens=2
    )
    assert got[0, 5] in (20, 5)
    assert got[0, 6] in (20, 6)


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        (
            {"logits_processor": [lambda ids, scores: None]},
            InvalidTypeError,
            "must return the scores",
        ),
        (
            {"logits_processor": [lambda ids, scores: scores[:, :3]]},
            InvalidArgumentError,
            "of the shape",
        ),
        ({"logits_processor": 3}, InvalidTypeError, "a callable or a list"),
        ({"stopping_criteria": [lambda ids, scores: None]}, InvalidTypeError, "must return a bool"),
        (
            {"prefix_allowed_tokens_fn": lambda row, ids: None},
            InvalidTypeError,
            "list of token ids",
        ),
        ({"max_new_token": 3}, InvalidArgumentError, "did you mean 'max_new_tokens'"),
        ({"pixel_values": [1]}, InvalidArgumentError, "unknown option 'pixel_values'"),
        ({"num_return_sequences": 2}, InvalidArgumentError, "num_return_sequences"),
        ({"num_beams": 3, "num_return_sequences": 4}, InvalidArgumentError, "more than num_beams"),
        (
            {"num_beams": 3, "num_beam_groups": 2},
            InvalidArgumentError,
            "multiple of num_beam_groups",
        ),
        ({"max_length": 5}, InvalidArgumentError, "leaves none to generate"),
        ({"temperature": 0.0, "do_sample": True}, InvalidArgumentError, "temperature"),
        ({"stop_strings": "."}, InvalidArgumentError, "tokenizer=tokenizer"),
        ({"dola_layers": "high"}, InvalidArgumentError, "dola_layers is not supported"),
        ({"position_ids": [[0]]}, InvalidArgumentError, "position_ids cannot be given"),
        ({"attention_mask": [[1]]}, InvalidArgumentError, "of the shape of its ids"),
        ({"negative_prompt_ids": [[1]]}, InvalidArgumentError, "guidance_scale"),
        (
            {"output_attentions": True, "return_dict_in_generate": True},
            InvalidArgumentError,
            "exported without",
        ),
        ({"num_beams": 2, "streamer": object()}, InvalidArgumentError, "set num_beams=1"),
    ],
)
def test_what_cannot_be_done_says_why(
    options: dict[str, Any], error: type[Exception], words: str
) -> None:
    with pytest.raises(error) as raised:
        load("opt").generate(PROMPT, **options)
    assert words in str(raised.value)


@pytest.mark.parametrize(
    ("prompt", "error", "words"),
    [
        ([[]], InvalidArgumentError, "the prompt is empty"),
        (np.zeros((0, 3), np.int64), InvalidArgumentError, "the prompt is empty"),
        ([5, 6], InvalidArgumentError, r"one prompt is a list with one row: [[1, 2, 3]]"),
        ([[0.5]], InvalidTypeError, "must hold int64 values"),
        ([[5] * 129], InvalidArgumentError, "more than the 128 positions"),
        ([["a"]], InvalidTypeError, "must hold int64 values"),
    ],
)
def test_prompts_that_cannot_be_are_refused(
    prompt: Any, error: type[Exception], words: str
) -> None:
    with pytest.raises(error) as raised:
        load("gpt-neo").generate(prompt, max_new_tokens=1)
    assert words in str(raised.value)


def test_only_models_that_write_generate() -> None:
    model = AutoModelForSequenceClassification.from_pretrained(FOLDER / "distilbert-sst")
    assert model.generation_config is None
    with pytest.raises(UnsupportedModelError, match="of kind 'encoder-only'"):
        model.generate([[5]])


def test_what_a_users_callable_raises_comes_through() -> None:
    def fail(ids: Any, scores: Any) -> Any:
        raise ZeroDivisionError("mine")

    for name in ("logits_processor", "stopping_criteria"):
        with pytest.raises(ZeroDivisionError, match="mine"):
            load("opt").generate(PROMPT, **{name: [fail]})


def test_streams_joined_are_the_text() -> None:
    model, words = load("gpt-neo"), tokenizer("gpt-neo")
    ids = [words.encode("the state of the")]
    whole = model.generate(ids, max_new_tokens=20)
    pieces: list[str] = []
    streamer = TextStreamer(words, skip_prompt=True, callback_function=pieces.append)
    np.testing.assert_array_equal(model.generate(ids, streamer=streamer, max_new_tokens=20), whole)
    written = words.decode(whole[0, len(ids[0]) :], skip_special_tokens=True)
    assert "".join(pieces) == written
    stream = TextIteratorStreamer(words, skip_prompt=True, timeout=10)
    options = {"streamer": stream, "max_new_tokens": 20}
    thread = threading.Thread(target=model.generate, args=(ids,), kwargs=options)
    thread.start()
    assert "".join(stream) == written
    thread.join()


def test_a_stream_ends_with_the_error_of_its_generation() -> None:
    stream = TextIteratorStreamer(tokenizer("gpt-neo"), timeout=10)
    with pytest.raises(InvalidArgumentError, match="leaves none"):
        load("gpt-neo").generate([[5, 6]], max_length=1, streamer=stream)
    with pytest.raises(InvalidArgumentError, match="leaves none"):
        "".join(stream)


def test_stop_strings_end_a_row() -> None:
    model, words = load("gpt-neo"), tokenizer("gpt-neo")
    ids = [words.encode("in the")]
    new = model.generate(ids, max_new_tokens=12, eos_token_id=None)[0, len(ids[0]) :]
    texts = [words.decode(new[: i + 1]) for i in range(len(new))]
    stop = next(text[-2:] for text in texts[3:] if "\ufffd" not in text[-2:])
    first = next(i for i, text in enumerate(texts) if stop in text)
    got = model.generate(
        ids, max_new_tokens=12, stop_strings=stop, tokenizer=words, eos_token_id=None
    )
    np.testing.assert_array_equal(got[0, len(ids[0]) :], new[: first + 1])


def test_generations_end_from_outside() -> None:
    model = load("bloom")
    endless = {"max_new_tokens": 100_000, "eos_token_id": None}
    with pytest.raises(RunTimeoutError):
        model.generate(PROMPT, timeout_s=0.05, **endless)
    token = CancelToken()
    threading.Timer(0.05, token.cancel).start()
    with pytest.raises(RunCancelledError):
        model.generate(PROMPT, cancel=token, **endless)
    begin = time.monotonic()
    assert model.generate(PROMPT, max_time=0.05, **endless).shape[1] > 5
    assert time.monotonic() - begin < 5
    stop = InterruptableStoppingCriteria()
    threading.Timer(0.05, stop.interrupt).start()
    assert model.generate(PROMPT, stopping_criteria=stop, **endless).shape[1] > 5


@pytest.mark.parametrize("name", ["gpt-neo", "bloom", "t5"])
def test_stop_strings_may_stand_across_tokens(name: str) -> None:
    """As the same criterion over decoded text finds them."""
    model, words = load(name), tokenizer(name)
    ids = [words.encode("the state of")]
    options = {"max_new_tokens": 16, "eos_token_id": None, "do_sample": True, "top_k": 0, "seed": 4}
    whole = words.decode(model.generate(ids, **options)[0, -14:])
    stops = [whole[begin : begin + 3] for begin in range(0, len(whole) - 3, 2)]
    stops = [stop for stop in stops if "\ufffd" not in stop]  # the place of broken bytes
    assert len(stops) > 5
    for stop in stops:
        got = model.generate(ids, **options, stop_strings=[stop, "\0"], tokenizer=words)
        twin = model.generate(ids, **options, stopping_criteria=[StopStringCriteria(words, stop)])
        np.testing.assert_array_equal(got, twin)


def test_drafts_change_the_time_but_not_the_text() -> None:
    model, other = load("gpt-neo"), load("gpt-neo")
    ids = [[5, 6, 7, 5, 6, 7, 5, 6]]
    whole = model.generate(ids, max_new_tokens=20)
    for draft in ({"assistant_model": other}, {"prompt_lookup_num_tokens": 3}):
        np.testing.assert_array_equal(model.generate(ids, max_new_tokens=20, **draft), whole)
    with pytest.raises(InvalidArgumentError, match="one prompt"):
        model.generate(ids * 2, assistant_model=other)
    with pytest.raises(InvalidArgumentError, match="must be of kind 'decoder-only'"):
        model.generate(ids, assistant_model=load("t5"))


def test_words_can_be_forced_into_beams() -> None:
    for words in ([[9, 10]], [[[9, 10], [12]], [14]]):
        got = (
            load("opt")
            .generate(
                PROMPT, num_beams=4, force_words_ids=words, max_new_tokens=8, eos_token_id=None
            )[0, 5:]
            .tolist()
        )
        assert "9, 10" in str(got) or 12 in got
        assert 14 in got or len(words) == 1


def test_options_without_effect_are_named(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING, "onnxformers"):
        load("opt").generate(PROMPT, max_new_tokens=1, max_length=9, temperature=0.5, top_k=50)
    assert "max_length has no effect" in caplog.text
    assert "temperature: no effect without do_sample" in caplog.text
    caplog.clear()
    with caplog.at_level(logging.WARNING, "onnxformers"):
        load("opt").generate(PROMPT, max_new_tokens=1, temperature=0.5, do_sample=True)
    assert not caplog.text


@pytest.mark.skipif(not hasattr(signal, "pthread_kill"), reason="POSIX only")
def test_ctrl_c_ends_a_generation() -> None:
    main = threading.main_thread().ident
    assert main is not None
    threading.Timer(0.1, signal.pthread_kill, (main, signal.SIGINT)).start()
    with pytest.raises(KeyboardInterrupt):
        load("bloom").generate(PROMPT, max_new_tokens=1_000_000, eos_token_id=None)


def test_threads_on_one_model_write_what_each_writes_alone() -> None:
    model = load("opt")
    prompts = [[[5 + i, 6, 7 + i]] for i in range(6)]
    options = {"max_new_tokens": 15, "do_sample": True, "seed": 1}
    alone = [model.generate(prompt, **options) for prompt in prompts]
    with ThreadPoolExecutor(6) as pool:
        together = list(pool.map(lambda prompt: model.generate(prompt, **options), prompts * 5))
    for i, got in enumerate(together):
        np.testing.assert_array_equal(got, alone[i % 6])


def test_guidance_leads_away_from_another_prompt() -> None:
    model = load("opt")
    plain = {"max_new_tokens": 4, "return_dict_in_generate": True, "output_scores": True}
    out = model.generate(PROMPT, guidance_scale=1.5, negative_prompt_ids=[[2, 77, 78]], **plain)
    other = model.generate(PROMPT, guidance_scale=1.5, **plain)
    assert not np.allclose(out.scores[0], other.scores[0])

    def log_softmax(x: Any) -> Any:
        return x - np.log(np.exp(x - x.max()).sum()) - x.max()

    with_prompt = log_softmax(model(input_ids=PROMPT).logits[0, -1])
    without = log_softmax(model(input_ids=[[2, 77, 78]]).logits[0, -1])
    wanted = 1.5 * (with_prompt - without) + without
    np.testing.assert_allclose(out.scores[0][0], wanted, rtol=1e-4, atol=1e-4)


@pytest.mark.slow
def test_ten_thousand_generations_leave_the_memory_where_it_was() -> None:
    resource = pytest.importorskip("resource", reason="POSIX only")
    model, words = load("gpt-neo"), tokenizer("gpt-neo")

    def run(count: int) -> int:
        for i in range(count):
            options = {"num_beams": 2} if i % 2 else {"do_sample": True, "seed": i}
            model.generate([[5, 6, 7]], max_new_tokens=3, **options)
        stream = TextStreamer(words, callback_function=str)
        model.generate(
            [[5, 6]], max_new_tokens=3, streamer=stream, stop_strings="~~", tokenizer=words
        )
        return int(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)

    before = run(1000)
    assert run(9000) - before < 4096  # KiB; bytes on macOS, where this is stricter

"""OpenAI's interface for sound: what is said in a recording, and a text spoken.

Source: OpenAI's API reference, Audio.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from typing import Any, Literal

import msgspec

from onnxformers.pipelines.hosted.hearing import pieces_of
from onnxformers.server import transcripts, writing
from onnxformers.server.endpoint import Call
from onnxformers.server.forms import Form, read_form
from onnxformers.server.problems import Problem
from onnxformers.server.recordings import decoded
from onnxformers.server.replies import Events, Reply
from onnxformers.server.served import Served
from onnxformers.server.sounds import FORMATS, encode

_TASK = "automatic-speech-recognition"
_TIMED = ("srt", "vtt", "verbose_json")
_GRANULARITIES = ("segment", "word")


class SpeechRequest(msgspec.Struct, forbid_unknown_fields=True):
    """Body of /v1/audio/speech.

    Attributes:
        input: The text.
        model: Which model; None for the first that speaks.
        voice: A number, of models with several voices; anything else is without effect.
        response_format: How the sound is written; pcm is at 24 kHz, in 16 bits, as theirs.
        speed: Only 1.
        instructions: Without effect.
        stream_format: Only audio.
    """

    input: str
    model: str | None = None
    voice: Any = None
    response_format: Literal["mp3", "opus", "flac", "wav", "pcm"] = "mp3"
    speed: float = 1.0
    instructions: str | None = None
    stream_format: Literal["audio"] = "audio"


_speech_decoder = msgspec.json.Decoder(SpeechRequest)


@dataclass(frozen=True, slots=True)
class Hearing:
    """What a form asks for.

    Attributes:
        served: Whom.
        file: The recording.
        form: How the transcript is written.
        is_stream: Whether in events.
        granularities: Which times a verbose transcript tells.
        options: Of the pipeline, without those of times.
    """

    served: Served
    file: bytes
    form: str
    is_stream: bool
    granularities: list[str]
    options: dict[str, Any] = field(default_factory=dict)

    @property
    def is_whisper(self) -> bool:
        """Whether the model tells segments, languages, and takes prompts."""
        return bool(self.served.pipelines[_TASK].model.config.model_type == "whisper")


async def transcribe(call: Call) -> Reply | Events:
    """`POST /v1/audio/transcriptions`."""
    form = read_form(call.content_type, call.body)
    hearing = _read(call, form)
    if "language" in (given := _language(form)):
        hearing.options["language"] = given["language"]
    form.end()
    return await _answer(hearing, "transcribe")


async def translate(call: Call) -> Reply | Events:
    """`POST /v1/audio/translations`: what is said, in English."""
    form = read_form(call.content_type, call.body)
    hearing = _read(call, form)
    form.end()
    if not hearing.is_whisper:
        raise Problem(422, f"model {hearing.served.name} does not translate; Whisper does")
    hearing.options["task"] = "translate"
    return await _answer(hearing, "translate")


def _language(form: Form) -> dict[str, str]:
    language = form.text("language")
    return {"language": language} if language else {}


def _read(call: Call, form: Form) -> Hearing:
    file = form.file("file")
    written = form.text("response_format", "json")
    if written not in transcripts.FORMATS:
        raise Problem(422, f"response_format must be one of {', '.join(transcripts.FORMATS)}")
    granularities = form.texts("timestamp_granularities[]", "timestamp_granularities")
    if wrong := [name for name in granularities if name not in _GRANULARITIES]:
        raise Problem(422, f"timestamp_granularities must be segment or word, got {wrong[0]!r:.40}")
    if granularities and written != "verbose_json":
        raise Problem(422, "timestamp_granularities need response_format=verbose_json")
    served = call.state.find(form.text("model"), _TASK)
    served.pipeline_of(_TASK)
    is_stream = _flag(form.text("stream", "false"))
    if is_stream and written not in ("json", "text"):
        raise Problem(422, "a stream is of response_format json")
    hearing = Hearing(served, file, written, is_stream, granularities or ["segment"])
    hearing.options.update(_options(hearing, form))
    return hearing


def _flag(text: str) -> bool:
    if text.lower() not in ("true", "false", "1", "0"):
        raise Problem(422, f"stream must be true or false, got {text!r:.40}")
    return text.lower() in ("true", "1")


def _options(hearing: Hearing, form: Form) -> dict[str, Any]:
    options: dict[str, Any] = {}
    try:
        temperature = float(form.text("temperature", "0"))
    except ValueError:
        temperature = math.nan
    if not 0 <= temperature <= 1:
        raise Problem(422, "temperature must be a number from 0 to 1")
    if temperature:
        options["temperature"] = temperature
    if prompt := form.text("prompt"):
        if not hearing.is_whisper:
            raise Problem(422, f"model {hearing.served.name} takes no prompt; Whisper does")
        tokenizer: Any = hearing.served.pipelines[_TASK].tokenizer
        options["prompt_ids"] = tokenizer.get_prompt_ids(prompt, return_tensors=None)
    return options


async def _answer(hearing: Hearing, task: str) -> Reply | Events:
    pipe: Any = hearing.served.pipelines[_TASK]
    rate = pipe.sampling_rate
    (samples,) = await decoded([hearing.file], rate, hearing.served.limits)
    if hearing.is_stream:
        return Events(_events(hearing, pipe, samples))
    if hearing.form not in _TIMED:
        return transcripts.reply(hearing.form, await _hear(hearing, samples, None))
    found = await asyncio.gather(
        *(_hear(hearing, samples, name) for name in sorted(set(hearing.granularities)))
    )
    if hearing.form != "verbose_json":
        return transcripts.reply(hearing.form, found[0])
    told = dict(zip(sorted(set(hearing.granularities)), found, strict=True))
    return transcripts.verbose(
        task=task,
        language=hearing.options.get("language"),
        duration=len(samples) / rate,
        segments=told.get("segment"),
        words=told.get("word"),
    )


async def _hear(hearing: Hearing, samples: Any, times: str | None) -> dict[str, Any]:
    """The transcript, with the times of words or of segments, if the model tells these."""
    options = dict(hearing.options)
    of_words = times == "word" or (times == "segment" and not hearing.is_whisper)
    if times is not None:
        options["return_timestamps"] = "word" if of_words else True
        if hearing.form == "verbose_json" and hearing.is_whisper:
            options["return_language"] = True
    (result,), _ = await hearing.served.results(_TASK, [samples], options)
    return {**result, "of_words": of_words}


async def _events(
    hearing: Hearing, pipe: Any, samples: Any
) -> AsyncGenerator[dict[str, Any], None]:
    def work(**rest: Any) -> Any:
        return pieces_of(pipe, samples, {**hearing.options, **rest})

    text = ""
    async for piece in writing.pieces(hearing.served, work):
        if isinstance(piece, str):
            yield {"type": "transcript.text.delta", "delta": piece}
        else:
            text = piece["text"]
    yield {"type": "transcript.text.done", "text": text}


async def speak(call: Call) -> Reply | Events:
    """`POST /v1/audio/speech`."""
    asked = _speech_decoder.decode(call.body)
    if asked.speed != 1:
        raise Problem(422, "speed must be 1")
    served = call.state.find(asked.model, "text-to-audio")
    served.pipeline_of("text-to-audio")
    options = {"speaker_id": asked.voice} if type(asked.voice) is int else {}
    (sound,), _ = await served.results("text-to-audio", [asked.input], options)
    body = await asyncio.to_thread(encode, sound, asked.response_format)
    return Reply(body, FORMATS[asked.response_format].content_type)

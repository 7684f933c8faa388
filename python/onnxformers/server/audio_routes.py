"""OpenAI's interface for sound: what is said in a recording, and a text spoken.

Source: OpenAI's API reference, Audio.
"""

from __future__ import annotations

import email.parser
import email.policy
from typing import Any, Literal

import msgspec

from onnxformers.pipelines.hosted import media
from onnxformers.server.endpoint import Call
from onnxformers.server.problems import Problem
from onnxformers.server.replies import Events, Reply, of_json

_FORMATS = ("json", "text", "verbose_json")


class SpeechRequest(msgspec.Struct, forbid_unknown_fields=True):
    """Body of /v1/audio/speech.

    Attributes:
        input: The text.
        model: Which model; None for the first that speaks.
        voice: A number, of models with several voices; anything else is without effect.
        response_format: Only wav.
        speed: Only 1.
        instructions: Without effect.
    """

    input: str
    model: str | None = None
    voice: Any = None
    response_format: Literal["wav"] = "wav"
    speed: float = 1.0
    instructions: str | None = None


_speech_decoder = msgspec.json.Decoder(SpeechRequest)


async def transcribe(call: Call) -> Reply | Events:
    """`POST /v1/audio/transcriptions`."""
    task = "automatic-speech-recognition"
    form = read_form(call.content_type, call.body)
    file, form_format = form.pop("file", None), _text(form.pop("response_format", b"json"))
    if file is None:
        raise Problem(422, "the form must hold a file")
    if form_format not in _FORMATS:
        raise Problem(422, f"response_format must be one of {', '.join(_FORMATS)}")
    served = call.state.find(_text(form.pop("model", b"")), task)
    served.pipeline_of(task)
    options: dict[str, Any] = {}
    if "language" in form:
        options["language"] = _text(form.pop("language"))
    if form_format == "verbose_json":
        options["return_timestamps"] = True
    if form.pop("temperature", b"0") not in (b"0", b"0.0"):
        raise Problem(422, "temperature must be 0")
    if form:
        raise Problem(422, f"{', '.join(form)} cannot be given")
    (result,), _ = await served.results(task, [file], options)
    if form_format == "text":
        return Reply(f"{result['text']}\n".encode(), "text/plain; charset=utf-8")
    if form_format == "json":
        return of_json({"text": result["text"]})
    return of_json({"task": "transcribe", "text": result["text"], "segments": _segments(result)})


def _segments(result: Any) -> list[dict[str, Any]]:
    return [
        {
            "id": number,
            "text": chunk["text"],
            "start": chunk["timestamp"][0],
            "end": chunk["timestamp"][1],
        }
        for number, chunk in enumerate(result.get("chunks", ()))
    ]


async def speak(call: Call) -> Reply | Events:
    """`POST /v1/audio/speech`."""
    asked = _speech_decoder.decode(call.body)
    if asked.speed != 1:
        raise Problem(422, "speed must be 1")
    served = call.state.find(asked.model, "text-to-audio")
    served.pipeline_of("text-to-audio")
    options = {"speaker_id": asked.voice} if isinstance(asked.voice, int) else {}
    (sound,), _ = await served.results("text-to-audio", [asked.input], options)
    blob = media.write_sound(sound)
    return Reply(blob, blob.content_type)


def read_form(content_type: str, body: bytes) -> dict[str, bytes]:
    """The fields of a multipart form.

    Raises:
        Problem: It is none, or broken.
    """
    if not content_type.lower().startswith("multipart/form-data"):
        raise Problem(422, "the body must be a form: multipart/form-data")
    head = f"content-type: {content_type}\r\n\r\n".encode("latin-1")
    parsed = email.parser.BytesParser(policy=email.policy.HTTP).parsebytes(head + body)
    fields: dict[str, bytes] = {}
    for part in parsed.iter_parts() if parsed.is_multipart() else ():
        name = part.get_param("name", header="content-disposition")
        content = part.get_payload(decode=True)
        if not isinstance(name, str) or not isinstance(content, bytes):
            raise Problem(422, "a part of the form has no name")
        fields[name] = content
    if not fields:
        raise Problem(422, "the form is broken, or empty")
    return fields


def _text(value: bytes) -> str:
    return value.decode().strip()

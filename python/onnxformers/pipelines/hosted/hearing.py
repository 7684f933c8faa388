"""What is said in a recording, while it is written."""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Any

from onnxformers._native.runtime import CancelToken
from onnxformers.generation import TextStreamer, WhisperTextStreamer
from onnxformers.pipelines.hosted.beside import run_beside


def pieces_of(
    pipe: Any, samples: Any, options: dict[str, Any]
) -> Generator[str | dict[str, Any], None, None]:
    """The pieces of a transcript as they come, then the transcript.

    A model that does not write token by token gives its text at once.

    Args:
        pipe: Of automatic-speech-recognition.
        samples: The recording.
        options: Of the call; `cancel` may be among them.

    Raises:
        OnnxformersError: What the pipeline raises.
    """
    if pipe.model.kind != "encoder-decoder":
        transcript = pipe(samples, **options)
        yield transcript["text"]
        yield transcript
        return
    token = options.get("cancel") or CancelToken()
    whisper = pipe.model.config.model_type == "whisper"
    kind: Any = WhisperTextStreamer if whisper else TextStreamer

    def work(say: Callable[[Any], None]) -> Any:
        streamer = kind(
            pipe.tokenizer,
            skip_prompt=True,
            skip_special_tokens=True,
            callback_function=lambda piece: say(piece) if piece else None,
        )
        return pipe(samples, **{**options, "cancel": token}, streamer=streamer)

    transcript = yield from run_beside(work, token, "onnxformers-hearing")
    yield transcript

"""What is said in a recording, while it is written."""

from __future__ import annotations

import threading
from collections.abc import Generator
from queue import SimpleQueue
from typing import Any

from onnxformers._native.runtime import CancelToken
from onnxformers.generation import TextStreamer, WhisperTextStreamer


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
    queue: SimpleQueue[Any] = SimpleQueue()
    token = options.get("cancel") or CancelToken()
    whisper = pipe.model.config.model_type == "whisper"
    kind: Any = WhisperTextStreamer if whisper else TextStreamer

    def work() -> None:
        try:
            streamer = kind(
                pipe.tokenizer,
                skip_prompt=True,
                skip_special_tokens=True,
                callback_function=queue.put,
            )
            queue.put(pipe(samples, **{**options, "cancel": token}, streamer=streamer))
        except BaseException as error:
            queue.put(error)

    thread = threading.Thread(target=work, name="onnxformers-hearing", daemon=True)
    thread.start()
    try:
        while True:
            item = queue.get()
            if isinstance(item, BaseException):
                raise item
            if item:
                yield item
            if isinstance(item, dict):
                return
    except GeneratorExit:
        token.cancel()
        raise
    finally:
        thread.join()

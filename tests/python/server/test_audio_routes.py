"""OpenAI's routes for sound: forms, transcripts in every format, streams, spoken files."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import httpx
import numpy as np
import pytest

from onnxformers import AutoTokenizer, pipeline
from onnxformers.audio import read_audio
from onnxformers.audio.writing import encode_wav
from onnxformers.errors import InvalidArgumentError
from serving import MODELS, Running, add_model, settings_of

SOUND = encode_wav(np.sin(np.arange(32000, dtype=np.float32) * 0.05) * 0.3, 16000)
SEGMENTS = [
    {"text": " And so.", "timestamp": (0.0, 1.0), "language": "english"},
    {"text": " My fellow people.", "timestamp": (1.0, None), "language": "english"},
]
WORDS = [
    {"text": " And", "timestamp": (0.0, 0.5)},
    {"text": " so.", "timestamp": (0.5, 1.0)},
    {"text": " My", "timestamp": (1.0, 1.5)},
]
TEXT = " And so. My fellow people."


class Whisper:
    """Stands for a pipeline: says the same of every recording, and keeps what it was asked."""

    task = "automatic-speech-recognition"
    sampling_rate = 16000
    model_limit = None

    def __init__(self) -> None:
        self.tokenizer = AutoTokenizer.from_pretrained(MODELS / "tokenizer-whisper")
        config = SimpleNamespace(model_type="whisper")
        self.model = SimpleNamespace(config=config, kind="encoder-decoder")
        self.asked: list[dict[str, Any]] = []

    def __call__(self, samples: Any, *, streamer: Any = None, **options: Any) -> Any:
        assert samples.shape == (32000,)
        self.asked.append(options)
        if options.get("language") == "xx":
            raise InvalidArgumentError("[generate] there is no language xx")
        if streamer is not None:
            streamer.put(np.array([[50258, 50363]]))
            for token in self.tokenizer.encode(TEXT, add_special_tokens=False):
                streamer.put(np.array([token]))
            streamer.end()
        chunks = {True: SEGMENTS, "word": WORDS}.get(options.get("return_timestamps"))
        return {"text": TEXT} | ({} if chunks is None else {"chunks": chunks})

    def close(self) -> None:
        pass


@pytest.fixture(scope="module")
def running() -> Iterator[Running]:
    models = {"automatic-speech-recognition": "hubert-ctc", "text-to-audio": "vits"}
    made = Running(settings_of(models))
    yield made
    made.close()


@pytest.fixture(scope="module")
def whisper(running: Running) -> Whisper:
    pipe = Whisper()
    add_model(running.app, pipe.task, "whisper", pipe)
    return pipe


@pytest.fixture
def http(running: Running) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=f"{running.address}/v1/audio", timeout=60) as client:
        yield client


@pytest.fixture
def openai(running: Running) -> Iterator[Any]:
    module = pytest.importorskip("openai", reason="OpenAI's client: pip install openai")
    with module.OpenAI(base_url=f"{running.address}/v1", api_key="none", max_retries=0) as found:
        yield found


@pytest.mark.oracle
def test_transcripts_of_segments(openai: Any, whisper: Whisper) -> None:
    create = openai.audio.transcriptions.create
    asked: Any = {"model": "whisper", "file": ("a.wav", SOUND)}
    assert create(**asked).text == TEXT
    assert create(**asked, response_format="text") == f"{TEXT}\n"
    subtitles = create(**asked, response_format="srt")
    assert subtitles.startswith("1\n00:00:00,000 --> 00:00:01,000\nAnd so.\n")
    assert create(**asked, response_format="vtt").startswith("WEBVTT\n\n00:00:00.000 --> 00:")
    told = create(**asked, response_format="verbose_json", prompt="Glossary", temperature=0.4)
    assert (told.language, told.duration, told.text) == ("english", 2.0, TEXT)
    assert [(one.id, one.start, one.end) for one in told.segments] == [(0, 0, 1), (1, 1, 2)]
    assert told.words is None
    options = whisper.asked[-1]
    assert options["temperature"] == 0.4
    assert "Glossary" in whisper.tokenizer.decode(options["prompt_ids"])


@pytest.mark.oracle
def test_times_of_words(openai: Any, whisper: Whisper) -> None:
    told = openai.audio.transcriptions.create(
        model="whisper",
        file=("a.wav", SOUND),
        response_format="verbose_json",
        timestamp_granularities=["word", "segment"],
        language="en",
    )
    assert [(one.word, one.start, one.end) for one in told.words] == [
        ("And", 0.0, 0.5),
        ("so.", 0.5, 1.0),
        ("My", 1.0, 1.5),
    ]
    assert len(told.segments) == 2
    assert told.language == "en"
    assert [options["language"] for options in whisper.asked[-2:]] == ["en", "en"]


@pytest.mark.oracle
def test_streams_of_transcripts(openai: Any, whisper: Whisper) -> None:
    events = list(
        openai.audio.transcriptions.create(model="whisper", file=("a.wav", SOUND), stream=True)
    )
    *deltas, done = events
    assert {event.type for event in deltas} == {"transcript.text.delta"}
    assert len(deltas) > 2
    assert "".join(event.delta for event in deltas) == done.text == TEXT
    assert done.type == "transcript.text.done"


@pytest.mark.oracle
@pytest.mark.filterwarnings("ignore:deprecated:DeprecationWarning")  # how the client says it
def test_translations(openai: Any, whisper: Whisper) -> None:
    create = openai.audio.translations.create
    assert create(model="whisper", file=("a.wav", SOUND)).text == TEXT
    assert whisper.asked[-1]["task"] == "translate"


def test_a_model_of_letters(http: httpx.Client, running: Running) -> None:
    """What tells the times of words alone has them gathered to segments."""
    with pipeline("automatic-speech-recognition", MODELS / "hubert-ctc") as pipe:
        wanted = pipe(SOUND, return_timestamps="word")
    files = {"file": SOUND, "model": (None, "hubert-ctc")}
    form = {**files, "response_format": (None, "verbose_json")}
    told = http.post("/transcriptions", files=form).json()
    assert told["text"] == wanted["text"]
    assert told["segments"][0]["start"] == wanted["chunks"][0]["timestamp"][0]
    assert http.post("/transcriptions", files={**files, "response_format": (None, "srt")}).text
    answer = http.post("/transcriptions", files={**files, "stream": (None, "true")})
    assert answer.headers["content-type"] == "text/event-stream"
    lines = [json.loads(line[6:]) for line in answer.text.splitlines() if line]
    assert lines[-1] == {"type": "transcript.text.done", "text": wanted["text"]}


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({"response_format": "x"}, "response_format"),
        ({"temperature": "x"}, "temperature"),
        ({"temperature": "nan"}, "temperature"),
        ({"temperature": "2"}, "temperature"),
        ({"timestamp_granularities[]": "word"}, "verbose_json"),
        ({"timestamp_granularities[]": "day", "response_format": "verbose_json"}, "segment or"),
        ({"stream": "maybe"}, "stream"),
        ({"stream": "true", "response_format": "srt"}, "json"),
        ({"model": "hubert-ctc", "prompt": "x"}, "Whisper"),
        ({"model": "hubert-ctc", "language": "en"}, "only for models that write"),
        ({"language": "xx"}, "no language"),
        ({"language": "xx", "stream": "true"}, "no language"),
        ({"nonsense": "x"}, "'nonsense'"),
    ],
)
def test_refused_fields(
    http: httpx.Client, whisper: Whisper, fields: dict[str, str], text: str
) -> None:
    form = {"model": "whisper", **fields}
    answer = http.post("/transcriptions", files={"file": SOUND}, data=form)
    assert answer.status_code == 422
    assert text in answer.json()["error"]["message"]


def test_what_does_not_translate(http: httpx.Client) -> None:
    form = {"file": SOUND, "model": (None, "hubert-ctc")}
    answer = http.post("/translations", files=form)
    assert answer.status_code == 422
    assert "does not translate" in answer.json()["error"]["message"]


@pytest.mark.parametrize(
    ("kind", "body", "text"),
    [
        ("application/json", b"{}", "must be a form"),
        ("multipart/form-data; boundary=x", b"", "broken"),
        ("multipart/form-data; boundary=x", b"nonsense", "broken"),
        ("multipart/form-data", b"--x\r\n", "no boundary"),
        ("multipart/form-data; boundary=" + "x" * 300, b"--x\r\n", "no boundary"),
        ("multipart/form-data; boundary=x", b"--x--\r\n", "empty"),
        (
            "multipart/form-data; boundary=x",
            b'--x\r\ncontent-disposition: form-data; name="a"\r\n\r\nb\r\n--x--\r\n',
            "must hold one file",
        ),
        (
            "multipart/form-data; boundary=x",
            b'--x\r\ncontent-disposition: form-data; name="file"\r\n\r\nb\r\n',
            "cut off",
        ),
        ("multipart/form-data; boundary=x", b"--x\r\na: b\r\n\r\nb\r\n--x--\r\n", "no name"),
        ("multipart/form-data; boundary=x", b"--x\r\nb\r\n--x--\r\n", "broken"),
        (
            "multipart/form-data; boundary=x",
            b'--x\r\ncontent-disposition: form-data; name="a"\r\n\r\nb\r\n' * 70 + b"--x--\r\n",
            "64 parts",
        ),
    ],
)
def test_broken_forms(http: httpx.Client, kind: str, body: bytes, text: str) -> None:
    answer = http.post("/transcriptions", content=body, headers={"content-type": kind})
    assert answer.status_code == 422
    assert text in answer.json()["error"]["message"]


def test_files_come_out_of_forms_as_they_went_in() -> None:
    from onnxformers.server.forms import read_form

    files = [bytes(range(256)) * 3, b"\r\n--x\r\n--", b"--xy\r", b"\r\n", b"\n\r\r\n-"]
    for boundary in ("xyz", '"x yz"'):
        mark = b"--" + boundary.strip('"').encode()
        body = b""
        for file in files:
            head = b'Content-Disposition: form-data; filename="\xc3\xa9.wav"; name="a"\r\n'
            body += mark + b"\r\n" + head + b"Content-Type: audio/wav\r\n\r\n" + file + b"\r\n"
        form = read_form(f"Multipart/Form-Data; boundary={boundary}", body + mark + b"--\r\n")
        assert form._fields == {"a": files}


@pytest.mark.parametrize(
    ("form", "kind", "head"),
    [
        ("wav", "audio/wav", b"RIFF"),
        ("flac", "audio/flac", b"fLaC"),
        ("mp3", "audio/mpeg", b""),
        ("opus", "audio/ogg", b"OggS"),
        ("pcm", "audio/pcm", b""),
    ],
)
def test_spoken_files(http: httpx.Client, form: str, kind: str, head: bytes) -> None:
    pytest.importorskip("soundfile", reason="files of sound: pip install soundfile")
    body = {"input": "hello there", "model": "vits", "response_format": form}
    answer = http.post("/speech", json=body)
    assert (answer.status_code, answer.headers["content-type"]) == (200, kind)
    assert answer.content.startswith(head)
    with pipeline("text-to-audio", MODELS / "vits") as pipe:
        spoken = pipe("hello there")
    seconds = len(spoken["audio"]) / spoken["sampling_rate"]
    if form == "pcm":
        assert len(answer.content) == pytest.approx(seconds * 24000 * 2, rel=0.02)
    else:
        samples = read_audio(io.BytesIO(answer.content), 16000)
        # Codecs fill up their last frame.
        assert seconds - 0.01 <= len(samples) / 16000 <= seconds + 0.15


def test_the_usual_file_is_an_mp3(http: httpx.Client) -> None:
    pytest.importorskip("soundfile", reason="files of sound: pip install soundfile")
    answer = http.post("/speech", json={"input": "hello", "model": "vits", "voice": "alloy"})
    assert answer.headers["content-type"] == "audio/mpeg"


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({"speed": 2}, "speed must be 1"),
        ({"response_format": "aac"}, "response_format"),
        ({"stream_format": "sse"}, "stream_format"),
        ({"input": "\0"}, "spoken"),
        ({"voice": 3}, "one voice"),
    ],
)
def test_refused_speech(http: httpx.Client, fields: dict[str, Any], text: str) -> None:
    answer = http.post("/speech", json={"input": "hello", "model": "vits", **fields})
    assert answer.status_code == 422
    assert text in answer.json()["error"]["message"]

"""Sound on the command line: times and subtitles of speech, wav files, pictures of spectrograms."""

from __future__ import annotations

import argparse
import contextlib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from onnxformers.cli.inputs import Input
from onnxformers.errors import InvalidArgumentError

if TYPE_CHECKING:
    from numpy.typing import NDArray

SPEECH = ("automatic-speech-recognition", "asr")
#: Tasks that hear, and those that make sound of text.
HEARING = (*SPEECH, "audio-classification", "audio-to-audio", "zero-shot-audio-classification")
SPEAKING = ("text-to-audio", "text-to-speech")
OPTIONS = ("return_timestamps", "language", "chunk_length_s", "speaker_embeddings", "vocoder")
_SUBTITLES = ("srt", "vtt")
_RATE = 16_000
# Of the spectrogram: samples of a frame and from one to the next, and mel bands.
_FRAME, _HOP, _BANDS = 400, 160, 80


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of the tasks over sound."""
    group = parser.add_argument_group("options of sound", argument_default=argparse.SUPPRESS)
    group.add_argument(
        "--timestamps",
        dest="return_timestamps",
        nargs="?",
        const=True,
        choices=("segments", "word", "char"),
        help="when what was said: segments (default; words, where a model has none), words, or "
        "letters",
    )
    group.add_argument("--language", metavar="L", help="what is spoken; by itself Whisper hears it")
    group.add_argument(
        "--chunk-length",
        dest="chunk_length_s",
        type=float,
        metavar="S",
        help="cut recordings into pieces of S seconds that are transcribed together",
    )
    group.add_argument("--srt", metavar="FILE", help="save what was said as subtitles")
    group.add_argument("--vtt", metavar="FILE", help="the same as WebVTT")
    group.add_argument(
        "--speaker",
        dest="speaker_embeddings",
        metavar="FILE",
        help="whose voice text-to-speech has: an .npy file",
    )
    group.add_argument("--vocoder", metavar="M", help="what makes sound of its spectrograms")


def call_options(args: argparse.Namespace) -> dict[str, Any]:
    """The keyword arguments of a call that this module's arguments stand for.

    Raises:
        InvalidArgumentError: The task has no such option.
    """
    given = {name: value for name, value in vars(args).items() if name in (*OPTIONS, *_SUBTITLES)}
    hears = ("return_timestamps", "language", "chunk_length_s", *_SUBTITLES)
    for name in given:
        if args.task not in (SPEECH if name in hears else SPEAKING):
            flag = {"return_timestamps": "timestamps", "chunk_length_s": "chunk-length"}
            shown = flag.get(name, name.removesuffix("_embeddings"))
            raise InvalidArgumentError(f"[run] {args.task} takes no --{shown}")
    options = {name: given[name] for name in OPTIONS if name in given}
    for name in set(_SUBTITLES) & set(given):
        if Path(given[name]).suffix.lower() != f".{name}":  # said before hours of work
            raise InvalidArgumentError(f"[run] --{name} must end in .{name}, got {given[name]}")
        options.setdefault("return_timestamps", True)
    return options


def fitted(options: dict[str, Any], pipe: Any) -> dict[str, Any]:
    """The options of a call, with the times of words where a model cannot tell segments."""
    times = options.get("return_timestamps")
    if times == "segments":
        return {**options, "return_timestamps": True}
    writes = getattr(getattr(pipe, "model", None), "kind", "encoder-decoder") == "encoder-decoder"
    return options if writes or times is not True else {**options, "return_timestamps": "word"}


@contextlib.contextmanager
def progress(task: str, stream: TextIO) -> Iterator[dict[str, Any]]:
    """A bar over the seconds of a recording on a terminal; options of a call that move it."""
    if task not in SPEECH or not stream.isatty():
        yield {}
        return
    from tqdm.std import tqdm

    form = "{percentage:3.0f}%|{bar}| {n:.0f}/{total:.0f} s [{elapsed}<{remaining}]"
    with tqdm(total=0, file=stream, leave=False, bar_format=form, miniters=0, mininterval=0) as bar:

        def move(done: float, total: float) -> None:
            if total != bar.total or done < bar.n:  # the next recording
                bar.reset(total)
            bar.update(done - bar.n)

        yield {"on_progress": move}


def subtitled(
    pairs: Iterable[tuple[Input, Any]], args: argparse.Namespace, paths: list[Path]
) -> Iterator[tuple[Input, Any]]:
    """Pass transcripts on, and save those that --srt and --vtt ask for."""
    from onnxformers.pipelines.subtitles import save_subtitles

    targets = [Path(value) for name, value in vars(args).items() if name in _SUBTITLES]
    for number, (one, result) in enumerate(pairs):
        for target in targets:
            path = numbered(target, number)
            save_subtitles(result, path)
            paths.append(path)
        yield one, result


def saved(
    pairs: Iterable[tuple[Input, Any]], target: str, paths: list[Path]
) -> Iterator[tuple[Input, Any]]:
    """Pass results on, and save the sound that was made, or a picture of the one that was heard.

    Args:
        pairs: Inputs with their results.
        target: A file, which gets a number from the second on; a sound that is made ends as its
            format says (.wav, .flac), a picture likewise (.png).
        paths: Gets the names of the files.

    Raises:
        InvalidArgumentError: The format is not known.
    """
    count = 0
    for one, result in pairs:
        sounds = result if isinstance(result, list) else [result]
        made = [s for s in sounds if isinstance(s, Mapping) and "audio" in s]
        for sound in made:
            path = numbered(Path(target), count)
            _write_sound(path, sound["audio"], sound["sampling_rate"])
            paths.append(path)
            count += 1
        if not made:
            path = numbered(Path(target), count)
            _write_picture(path, one.item)
            paths.append(path)
            count += 1
        yield one, result


def numbered(target: Path, number: int) -> Path:
    """The file of a result: the second has a 2 in its name, and so on."""
    return target if number == 0 else target.with_name(f"{target.stem}-{number + 1}{target.suffix}")


def _write_sound(path: Path, audio: NDArray[Any], rate: int) -> None:
    from onnxformers.audio import write_audio

    write_audio(path, audio, rate)


def _write_picture(path: Path, source: Any) -> None:
    try:
        spectrogram_picture(source).save(path)
    except (ValueError, OSError) as error:  # Pillow's, for a format that it does not know
        raise InvalidArgumentError(
            f"[run] cannot save {path}: {error}; end the name with .png or .jpg"
        ) from None


def spectrogram_picture(source: Any) -> Any:
    """A picture of a sound: time to the right, pitch up, louder is brighter.

    Args:
        source: As `onnxformers.audio.read_audio` takes it.

    Returns:
        A PIL image, a column for each 10 ms and at most 4000 of them, 160 high.
    """
    import numpy as np
    from PIL import Image

    from onnxformers import audio

    samples = audio.read_audio(source, _RATE)
    bank = audio.mel_filter_bank(
        1 + _FRAME // 2, _BANDS, 0.0, _RATE / 2, _RATE, norm="slaney", mel_scale="slaney"
    )
    window = audio.window_function(_FRAME, "hann")
    padded = np.pad(samples, (0, max(0, _FRAME - len(samples))))
    levels = audio.spectrogram(
        padded, window, _FRAME, _HOP, power=2.0, mel_filters=bank, log_mel="dB", db_range=80.0
    )
    levels = levels[:, :: -(-levels.shape[1] // 4000)]
    span = max(float(levels.max() - levels.min()), 1e-6)
    share = (levels - levels.min()) / span
    colours = np.stack([share**1.5, share**3, np.sin(np.pi * share) * 0.6], axis=-1)
    pixels = (255 * colours[::-1]).clip(0, 255).astype(np.uint8)
    return Image.fromarray(pixels).resize((pixels.shape[1], 2 * _BANDS), Image.Resampling.NEAREST)

"""What log-mel features cost, beside the float32 rfft alone over the same frames, and beside peers.

python benchmarks/audio.py [--rounds N] [--seconds 30 600] [--node FOLDER] [--memory] [--rest]

CPU time of all threads. Each peer makes Whisper's 80 filters of 16 kHz from samples in memory; AST
and kaldi-native-fbank make 128 and 80 of Kaldi's. --memory reads a sound of an hour in pieces.
--rest times what stands around features: filters, windows, streams, voice activity, batches.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
from measure import (
    Case,
    UnavailableError,
    available,
    in_process,
    interleave,
    print_header,
    ratio,
    skipped_lines,
    table,
)
from node import NodeChild

RATE = 16000
Work = Callable[[], object]


def sound(seconds: int) -> np.ndarray:
    """Noise that swells and fades, so that no frame is silent."""
    t = np.arange(seconds * RATE) / RATE
    noise = np.random.default_rng(0).normal(0, 0.1, len(t))
    return (noise * (1.1 + np.sin(t))).astype(np.float32)


def frames_of(samples: np.ndarray, length: int) -> np.ndarray:
    """The frames of a centred transform, one after the other in memory."""
    padded = np.pad(samples, length // 2, mode="reflect")
    return np.lib.stride_tricks.sliding_window_view(padded, length)[::160][:-1].copy()


def scipy_rfft(samples: np.ndarray) -> Work:
    import scipy.fft

    frames = frames_of(samples, 400)
    return lambda: scipy.fft.rfft(frames)


def scipy_rfft_512(samples: np.ndarray) -> Work:
    import scipy.fft

    frames = np.zeros((len(samples) // 160, 512), np.float32)
    frames[:, :400] = frames_of(samples, 400)[: len(frames)]
    return lambda: scipy.fft.rfft(frames)


def numpy_rfft(samples: np.ndarray) -> Work:
    frames = frames_of(samples, 400)
    return lambda: np.fft.rfft(frames)


def ours(samples: np.ndarray) -> Work:
    from onnxformers.processors import WhisperFeatureExtractor

    extractor = WhisperFeatureExtractor()
    return lambda: extractor(samples, truncation=False, padding="longest")


def ours_ast(samples: np.ndarray) -> Work:
    from onnxformers.processors import ASTFeatureExtractor

    extractor = ASTFeatureExtractor(max_length=len(samples) // 160)
    return lambda: extractor(samples)


def librosa(samples: np.ndarray) -> Work:
    import librosa

    def features() -> object:
        mel = librosa.feature.melspectrogram(
            y=samples, sr=RATE, n_fft=400, hop_length=160, n_mels=80
        )
        return np.log10(np.maximum(mel, 1e-10))

    return features


def openai_whisper(samples: np.ndarray) -> Work:
    import torch
    import whisper

    torch.set_num_threads(1)
    return lambda: whisper.log_mel_spectrogram(samples)


def transformers(samples: np.ndarray) -> Work:
    import torch
    from transformers import WhisperFeatureExtractor

    torch.set_num_threads(1)
    extractor = WhisperFeatureExtractor()
    options = {"sampling_rate": RATE, "return_tensors": "np", "truncation": False}
    return lambda: extractor(samples, padding="longest", **options)


def kaldi(samples: np.ndarray) -> Work:
    import kaldi_native_fbank

    options = kaldi_native_fbank.FbankOptions()
    options.frame_opts.dither = 0
    options.mel_opts.num_bins = 80
    values = samples.tolist()

    def features() -> object:
        fbank = kaldi_native_fbank.OnlineFbank(options)
        fbank.accept_waveform(RATE, values)
        fbank.input_finished()
        return [fbank.get_frame(i) for i in range(fbank.num_frames_ready)]

    return features


PEERS: dict[str, Callable[[np.ndarray], Work]] = {
    "scipy float32 rfft alone": scipy_rfft,
    "onnxformers, Whisper": ours,
    "scipy float32 rfft alone, 512 points": scipy_rfft_512,
    "onnxformers, AST": ours_ast,
    "numpy rfft alone": numpy_rfft,
    "librosa": librosa,
    "openai-whisper": openai_whisper,
    "transformers, torch": transformers,
    "kaldi-native-fbank": kaldi,
}
BASE = "scipy float32 rfft alone"


def transformers_js(samples: np.ndarray, node: Path | None) -> Case:
    seconds = len(samples) // RATE
    child = NodeChild("audio_js.mjs", node, seconds)
    shape = child.ask(samples=samples.tolist(), calls=1)["shape"]
    if shape != [1, 80, 100 * seconds]:
        raise UnavailableError(f"gives the shape {shape}")
    return child.case()


def compare(seconds: int, rounds: int, node: Path | None) -> None:
    samples = sound(seconds)
    makers = {name: lambda f=f: in_process(f(samples)) for name, f in PEERS.items()}
    makers["Transformers.js"] = lambda: transformers_js(samples, node)
    cases, skipped = available(makers)
    timings = interleave(cases, rounds=rounds, calls=3 if seconds < 100 else 1)
    print(f"\n## {seconds} s\n")
    rows = [
        (name, f"{timing.cpu * 1e3:.2f}", ratio(timing.cpu, timings[BASE].cpu))
        for name, timing in timings.items()
    ]
    print(table(("", "CPU ms", "of the rfft"), rows))
    print(skipped_lines(skipped))


def rest() -> dict[str, Work]:
    """What stands around features, ours."""
    from onnxformers.audio import SpectrogramStream, mel_filter_bank, window_function
    from onnxformers.pipelines.voice_activity import EnergyDetector
    from onnxformers.processors import WhisperFeatureExtractor

    samples, window = sound(30), window_function(400)
    scale = {"norm": "slaney", "mel_scale": "slaney"}
    bank = mel_filter_bank(201, 80, 0.0, 8000.0, RATE, **scale)
    mel = {"mel_filters": bank, "power": 2.0, "log_mel": "log10"}
    extractor, detector = WhisperFeatureExtractor(), EnergyDetector()

    def stream(piece: int) -> None:
        frames = SpectrogramStream(window, 400, 160, **mel)
        for begin in range(0, len(samples), piece):
            frames.feed(samples[begin : begin + piece])
        frames.finish()

    return {
        "features of 30 s": lambda: extractor(samples),
        "features of 8 sounds of 30 s": lambda: extractor([samples] * 8),
        "features of 5 s, padded to 30": lambda: extractor(samples[: 5 * RATE]),
        "30 s in pieces of 10 ms": lambda: stream(160),
        "30 s in pieces of 100 ms": lambda: stream(1600),
        "30 s in pieces of 1 s": lambda: stream(RATE),
        "voice activity of 30 s": lambda: detector(samples, RATE),
        "Whisper's 80 filters": lambda: mel_filter_bank(201, 80, 0.0, 8000.0, RATE, **scale),
        "a window of 400": lambda: window_function(400),
    }


def compare_rest(rounds: int) -> None:
    cases = {name: in_process(work) for name, work in rest().items()}
    timings = interleave(cases, rounds=rounds, calls=3)
    rows = [
        (name, f"{timing.cpu * 1e3:.3f}", f"{timing.wall * 1e3:.3f}")
        for name, timing in timings.items()
    ]
    print(table(("", "CPU ms", "wall ms"), rows))


def memory_of_an_hour() -> None:
    """The peak memory of the process before and after an hour of sound went through it."""
    import soundfile

    from onnxformers.audio import SpectrogramStream, audio_chunks, mel_filter_bank, window_function

    bank = mel_filter_bank(201, 80, 0.0, 8000.0, RATE, norm="slaney", mel_scale="slaney")
    options = {"mel_filters": bank, "power": 2.0, "log_mel": "log10"}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "hour.wav"
        minute = sound(60)
        with soundfile.SoundFile(path, "w", RATE, 1, subtype="PCM_16") as file:
            for _ in range(60):
                file.write(minute)
        for minutes in (2, 60):
            stream = SpectrogramStream(window_function(400), 400, 160, **options)
            frames = 0
            for number, chunk in enumerate(audio_chunks(path, RATE)):
                if number == 2 * minutes:
                    break
                frames += len(stream.feed(chunk))
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
            print(f"{minutes} min: {frames} frames, peak memory {peak:.0f} MB")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--seconds", type=int, nargs="+", default=[30, 600])
    parser.add_argument("--node", type=Path, help="folder with @huggingface/transformers")
    parser.add_argument("--memory", action="store_true")
    parser.add_argument("--rest", action="store_true")
    args = parser.parse_args()
    print_header("Features of sounds")
    if args.memory:
        memory_of_an_hour()
        return
    if args.rest:
        compare_rest(args.rounds)
        return
    for seconds in args.seconds:
        compare(seconds, args.rounds, args.node)


if __name__ == "__main__":
    main()

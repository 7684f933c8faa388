"""Features of sounds: instructions a frame, counted by callgrind, which no other process disturbs.

python benchmarks/audio_instructions.py                       # a table
python benchmarks/audio_instructions.py --check counts.json   # fails where 5 % are lost
python benchmarks/audio_instructions.py --save counts.json    # the counts from now on

Each count is the difference of two runs under valgrind, one over a longer sound, so that start and
plans fall out. valgrind knows no AVX-512: the counts are those of AVX2.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
from pathlib import Path

from instructions import count_instructions, losses
from measure import table

FRAMES = (400, 2000)
#: What runs under valgrind: `sound` of `frames` frames of 160 samples is there.
CASES = {
    "Whisper, 80 filters": "whisper.run(sound, 1)",
    "Whisper, frames as rows": "rows.run(sound, 1)",
    "Kaldi, 128 filters of 512 points": "kaldi.run(sound, 1)",
    "complex spectrum": "plain.run_complex(sound, 1)",
    "stream of 100 ms": "[stream.feed(sound[i : i + 1600]) for i in range(0, len(sound), 1600)]",
    "voice activity, for 10 ms": "audio.frame_timbre(sound, 480, 3, 121)",
}
PROGRAM = """
import json, sys
sys.path[:0] = json.loads(sys.argv[1])
import numpy as np
from onnxformers._native import audio
frames = int(sys.argv[3])
sound = np.sin(np.arange(frames * 160) ** 1.3 % 700).astype(np.float32)
window = audio.window("hann", 400, True)
scale = dict(mel_scale="slaney", equal_areas=True, over_mels=False)
bank = audio.mel_filter_bank(201, 80, 0.0, 8000.0, 16000, **scale)
mel = dict(hop_length=160, fft_length=400, mel_filters=bank, power=2.0, log_mel="log10")
whisper = audio.Spectrogram(window, **mel, whisper_range=True)
rows = audio.Spectrogram(window, **mel, transpose=True)
plain = audio.Spectrogram(window, hop_length=160, fft_length=400)
stream = audio.SpectrogramStream(rows)
scale = dict(mel_scale="kaldi", equal_areas=False, over_mels=False)
bank = audio.mel_filter_bank(257, 128, 20.0, 8000.0, 16000, **scale)
kaldi = audio.Spectrogram(
    window, hop_length=160, fft_length=512, mel_filters=bank, power=2.0, center=False,
    preemphasis=0.97, remove_dc_offset=True, log_mel="log", transpose=True)
eval(sys.argv[2])
"""


def counted(case: str, frames: int) -> int:
    """Instructions of a whole process that computes so many frames."""
    return count_instructions(["-c", PROGRAM, json.dumps(sys.path), case, str(frames)])


def per_frame(case: str) -> int:
    """Instructions that one more frame costs, the making of its samples included."""
    few, many = (counted(case, frames) for frames in FRAMES)
    return (many - few) // (FRAMES[1] - FRAMES[0])


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--case", nargs="+", help="only these (part of a name)")
    parser.add_argument("--check", type=Path, help="counts not to be exceeded by more than 5 %%")
    parser.add_argument("--save", type=Path, help="where to put the counts")
    options = parser.parse_args()
    if shutil.which("valgrind") is None:
        print("not run here: valgrind is not installed")
        return 1 if options.check else 0
    wanted = options.case or [""]
    # Samples and their sine cost the same in every case.
    samples = per_frame("None")
    counts = {
        name: per_frame(case) - samples
        for name, case in CASES.items()
        if any(part in name for part in wanted)
    }
    before = json.loads(options.check.read_text()) if options.check else {}
    rows = [
        [name, f"{count:,}", f"{count / before[name]:.3f}" if name in before else "-"]
        for name, count in counts.items()
    ]
    print(table(["case", "instructions a frame", "of before"], rows))
    if options.save:
        options.save.write_text(json.dumps(counts, indent=2) + "\n")
    lost = losses(counts, before)
    print("\n".join(lost))
    return 1 if lost else 0


if __name__ == "__main__":
    sys.exit(main())

from __future__ import annotations

import copy
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from onnxformers.audio import write_audio
from onnxformers.errors import FileFormatError, InvalidArgumentError, UnknownNameError
from onnxformers.processors import (
    ASTFeatureExtractor,
    AutoFeatureExtractor,
    ClapFeatureExtractor,
    DacFeatureExtractor,
    EncodecFeatureExtractor,
    MoonshineFeatureExtractor,
    PyAnnoteFeatureExtractor,
    SeamlessM4TFeatureExtractor,
    SpeechT5FeatureExtractor,
    Wav2Vec2FeatureExtractor,
    WeSpeakerFeatureExtractor,
    WhisperFeatureExtractor,
)

DRAWS = np.random.default_rng(0)
SHORT = DRAWS.uniform(-0.5, 0.5, 9000).astype(np.float32)
LONG = DRAWS.uniform(-0.5, 0.5, 20001).astype(np.float32)
CLASSES = [
    ASTFeatureExtractor,
    ClapFeatureExtractor,
    DacFeatureExtractor,
    EncodecFeatureExtractor,
    MoonshineFeatureExtractor,
    PyAnnoteFeatureExtractor,
    SeamlessM4TFeatureExtractor,
    SpeechT5FeatureExtractor,
    Wav2Vec2FeatureExtractor,
    WeSpeakerFeatureExtractor,
    WhisperFeatureExtractor,
]


def first(features: Any) -> np.ndarray:
    values: np.ndarray = next(iter(features.values()))
    return values


@pytest.mark.parametrize("cls", CLASSES)
def test_every_extractor_reads_files_pairs_and_mappings(cls: Any, tmp_path: Path) -> None:
    extractor = cls()
    rate = extractor.sampling_rate
    path = tmp_path / "sound.wav"
    write_audio(path, SHORT, rate)
    wanted = first(extractor(SHORT))
    assert wanted.dtype == np.float32
    for source in (path, path.read_bytes(), (SHORT, rate), {"array": SHORT, "sampling_rate": rate}):
        assert np.array_equal(first(extractor(source)), wanted)
    assert np.array_equal(first(extractor(SHORT, sampling_rate=rate)), wanted)
    assert np.array_equal(first(extractor(SHORT.tolist())), wanted)
    halved = first(extractor((SHORT[::2], rate // 2)))
    assert halved.shape == wanted.shape


@pytest.mark.parametrize("cls", CLASSES)
def test_every_extractor_takes_batches(cls: Any) -> None:
    extractor = cls()
    one = first(extractor(SHORT))
    for batch in ([SHORT, SHORT], np.stack([SHORT, SHORT])):
        two = first(extractor(batch))
        assert two.shape == (2, *one.shape[1:])
        assert np.array_equal(two[1], one[0])


@pytest.mark.parametrize("cls", CLASSES)
def test_what_no_extractor_takes(cls: Any) -> None:
    extractor = cls()
    rate = extractor.sampling_rate
    with pytest.raises(InvalidArgumentError, match=f"sampling_rate={rate}, got 11025"):
        extractor(SHORT, sampling_rate=11025)
    with pytest.raises(InvalidArgumentError, match="no samples"):
        extractor(np.zeros(0))
    with pytest.raises(InvalidArgumentError, match="NaN"):
        extractor(np.full(9000, np.nan))
    with pytest.raises(InvalidArgumentError, match="got none"):
        extractor([])
    with pytest.raises(InvalidArgumentError, match=r"channels|sounds, samples"):
        extractor(np.zeros((2, 2, 9000)))
    with pytest.raises(InvalidArgumentError, match=r"did you mean 'sampling_rate'|unknown option"):
        extractor(SHORT, samplingrate=rate)
    with pytest.raises(InvalidArgumentError, match="return_tensors"):
        extractor(SHORT, return_tensors="pt")
    with pytest.raises(FileFormatError, match="sampling_rate must be a positive int"):
        cls({"sampling_rate": 0})


@pytest.mark.parametrize("cls", CLASSES)
def test_every_extractor_is_loaded_saved_and_copied(cls: Any, tmp_path: Path) -> None:
    extractor = cls()
    extractor.save_pretrained(tmp_path)
    loaded = AutoFeatureExtractor.from_pretrained(tmp_path)
    assert type(loaded) is cls
    for other in (loaded, copy.deepcopy(extractor), pickle.loads(pickle.dumps(extractor))):
        assert extractor.settings.items() <= other.settings.items()
        assert np.array_equal(first(other(SHORT)), first(extractor(SHORT)))
    with pytest.raises(UnknownNameError):
        extractor.sampling_rate = 8000


def test_whisper_pads_and_cuts_to_a_chunk() -> None:
    extractor = WhisperFeatureExtractor(chunk_length=1)
    assert (extractor.n_samples, extractor.nb_max_frames) == (16000, 100)
    features = extractor([SHORT, LONG], return_attention_mask=True, return_token_timestamps=True)
    assert features.input_features.shape == (2, 80, 100)
    assert features.attention_mask.sum(1).tolist() == [57, 100]
    assert features.num_frames.tolist() == [56, 125]
    whole = extractor([SHORT, LONG], padding="longest", truncation=False).input_features
    assert whole.shape == (2, 80, 125)
    assert WhisperFeatureExtractor(feature_size=128)(SHORT).input_features.shape == (1, 128, 3000)
    assert extractor(SHORT, padding=False).input_features.shape == (1, 80, 56)


def test_whisper_dithers_by_seed() -> None:
    still = np.zeros(16000, np.float32)
    extractor = WhisperFeatureExtractor(chunk_length=1, dither=1e-4)
    features = extractor(still).input_features
    assert features.std() > 0.01
    assert np.array_equal(extractor([still, still]).input_features[1], features[0])
    assert not np.array_equal(extractor(still, seed=1).input_features, features)
    plain = WhisperFeatureExtractor(chunk_length=1)
    assert np.array_equal(extractor(LONG, dither=0.0).input_features, plain(LONG).input_features)


def test_whisper_features_lie_within_two_of_their_largest() -> None:
    values = WhisperFeatureExtractor(chunk_length=1)(LONG).input_features
    assert values.max() - values.min() <= 2.0 + 1e-6


def test_padding_of_different_lengths() -> None:
    extractor = Wav2Vec2FeatureExtractor(return_attention_mask=True)
    with pytest.raises(InvalidArgumentError, match=r"\[9000, 20001\]\): give padding=True"):
        extractor([SHORT, LONG])
    features = extractor([SHORT, LONG], padding=True, pad_to_multiple_of=100)
    assert features.input_values.shape == (2, 20100)
    assert features.attention_mask.sum(1).tolist() == [9000, 20001]
    assert np.all(features.input_values[0, 9000:] == 0)
    assert abs(features.input_values[0, :9000].var() - 1) < 1e-3
    left = extractor([SHORT, LONG], padding=True, padding_side="left")
    assert left.attention_mask[0, :11001].sum() == 0
    assert np.array_equal(left.input_values[0, 11001:], features.input_values[0, :9000])
    cut = extractor([SHORT, LONG], padding="max_length", max_length=10000, truncation=True)
    assert cut.input_values.shape == (2, 10000)
    with pytest.raises(InvalidArgumentError, match="need max_length="):
        extractor(SHORT, padding="max_length")
    with pytest.raises(InvalidArgumentError, match="padding must be True, False"):
        extractor(SHORT, padding="shortest")
    with pytest.raises(FileFormatError, match="padding_side"):
        Wav2Vec2FeatureExtractor(padding_side="both")


def test_a_model_without_mask_hears_the_padding() -> None:
    extractor = Wav2Vec2FeatureExtractor()
    values = extractor([SHORT, LONG], padding=True).input_values
    assert abs(values[0].var() - 1) < 1e-3
    raw = Wav2Vec2FeatureExtractor(do_normalize=False)(SHORT).input_values
    assert np.array_equal(raw[0], SHORT)


def test_clap_cuts_long_sounds_where_the_seed_says() -> None:
    extractor = ClapFeatureExtractor(truncation="rand_trunc", max_length_s=1, sampling_rate=16000)
    one, same = (extractor(LONG, seed=3) for _ in range(2))
    assert np.array_equal(one.input_features, same.input_features)
    assert not np.array_equal(one.input_features, extractor(LONG, seed=4).input_features)
    assert one.is_longer.tolist() == [[True]]
    start = np.random.RandomState(3).randint(0, 4002)
    cut = extractor(LONG[start : start + 16000])
    assert np.array_equal(one.input_features, cut.input_features)
    assert cut.is_longer.tolist() == [[False]]


@pytest.mark.parametrize("samples", [5000, 8000])
def test_clap_fills_short_sounds(samples: int) -> None:
    extractor = ClapFeatureExtractor(truncation="rand_trunc", max_length_s=1, sampling_rate=16000)
    sound = LONG[:samples]
    times = 16000 // samples
    filled = {
        "pad": np.append(sound, np.zeros(16000 - samples, np.float32)),
        "repeat": np.tile(sound, times + 1)[:16000],
        "repeatpad": np.append(np.tile(sound, times), np.zeros(16000 - times * samples)),
    }
    for padding, whole in filled.items():
        got = extractor(sound, padding=padding).input_features
        assert np.array_equal(got, extractor(whole.astype(np.float32)).input_features)
    with pytest.raises(InvalidArgumentError, match="padding must be one of pad, repeat, repeatpad"):
        extractor(sound, padding="mirror")


def test_clap_fuses_four_views() -> None:
    extractor = ClapFeatureExtractor(max_length_s=1, sampling_rate=16000, hop_length=160)
    features = extractor([LONG, SHORT])
    assert features.input_features.shape == (2, 4, 101, 64)
    assert features.is_longer.tolist() == [[True], [False]]
    views = features.input_features[1]
    assert np.array_equal(views[0], views[3])
    # When none is longer, one of them counts as if it were.
    assert extractor([SHORT, SHORT]).is_longer.sum() == 1
    barely = extractor(LONG[:16100])
    assert np.array_equal(barely.input_features[0, 0], barely.input_features[0, 1])


def test_ast_cuts_pads_and_normalises() -> None:
    extractor = ASTFeatureExtractor(max_length=60)
    raw = ASTFeatureExtractor(max_length=60, do_normalize=False)
    for sound, frames in ((SHORT, 54), (LONG, 60)):
        values = raw(sound).input_values
        assert values.shape == (1, 60, 128)
        assert np.all(values[0, :frames] != 0)
        assert np.all(values[0, frames:] == 0)
        wanted = (values + 4.2677393) / (4.5689974 * 2)
        assert np.allclose(extractor(sound).input_values, wanted, atol=1e-6)
    with pytest.raises(InvalidArgumentError, match="at least 400"):
        extractor(SHORT[:399])


def test_seamless_stacks_frames() -> None:
    extractor = SeamlessM4TFeatureExtractor()
    features = extractor([SHORT, LONG])
    assert features.input_features.shape == (2, 62, 160)
    assert features.attention_mask.sum(1).tolist() == [27, 61]
    alone = extractor(SHORT).input_features
    assert np.array_equal(features.input_features[0, :27], alone[0, :27])
    frames = alone.reshape(-1, 80)
    assert np.allclose(frames.mean(0), 0, atol=1e-4)
    assert np.allclose(frames.var(0, ddof=1), 1, atol=1e-3)
    assert "attention_mask" not in extractor(SHORT, return_attention_mask=False)
    with pytest.raises(InvalidArgumentError, match="at least 560"):
        extractor(SHORT[:500])


def test_codecs_pad_to_chunks_and_hops() -> None:
    plain = EncodecFeatureExtractor()([SHORT, LONG])
    assert plain.input_values.shape == (2, 1, 20001)
    assert plain.padding_mask.sum(1).tolist() == [9000, 20001]
    chunked = EncodecFeatureExtractor(chunk_length_s=0.5, overlap=0.5, sampling_rate=16000)
    assert (chunked.chunk_length, chunked.chunk_stride) == (8000, 4000)
    assert chunked(LONG).input_values.shape == (1, 1, 28000)
    assert chunked(LONG, truncation=True).input_values.shape == (1, 1, 20001)
    shorter = chunked([SHORT, LONG], truncation=True)
    assert shorter.input_values.shape == (2, 1, 12000)
    with pytest.raises(InvalidArgumentError, match="not both"):
        chunked(LONG, truncation=True, padding=True)
    stereo = EncodecFeatureExtractor(feature_size=2)
    values = stereo(np.stack([LONG, -LONG])).input_values
    assert values.shape == (1, 2, 20001)
    assert np.array_equal(values[0, 1], -LONG)
    with pytest.raises(InvalidArgumentError, match="2 channels, got 1"):
        stereo(LONG)
    with pytest.raises(FileFormatError, match="1 or 2"):
        EncodecFeatureExtractor(feature_size=3)
    hops = DacFeatureExtractor()(LONG)
    assert hops.input_values.shape == (1, 1, 20480)
    assert "padding_mask" not in hops


def test_speecht5_hears_and_speaks() -> None:
    extractor = SpeechT5FeatureExtractor()
    both = extractor([SHORT, LONG], audio_target=[SHORT, LONG], padding=True)
    assert both.input_values.shape == (2, 20001)
    assert both.labels.shape == (2, 79, 80)
    assert both.decoder_attention_mask.sum(1).tolist() == [36, 79]
    alone = extractor(audio_target=SHORT).input_values
    assert np.array_equal(both.labels[0, :36], alone[0])
    normal = extractor(SHORT, do_normalize=True).input_values
    assert abs(normal.var() - 1) < 1e-3
    with pytest.raises(InvalidArgumentError, match="audio_target= or both"):
        extractor()


def test_wespeaker_centres_each_filter() -> None:
    extractor = WeSpeakerFeatureExtractor()
    assert np.allclose(extractor(LONG).input_features.mean(1), 0, atol=1e-4)
    raw = extractor(LONG, fbank_centering_span=300).input_features
    assert raw.mean() > 1
    assert extractor(SHORT[:500]).input_features.shape == (1, 9, 80)
    with pytest.raises(InvalidArgumentError, match="one at a time"):
        extractor([SHORT, LONG])


def test_stretches_of_speakers() -> None:
    extractor = PyAnnoteFeatureExtractor(offset=990)
    logits = np.full((1, 5, 3), -20.0)
    for frame, best in enumerate([0, 0, 2, 2, 0]):
        logits[0, frame, best] = 0.0
    (stretches,) = extractor.post_process_speaker_diarization(logits, 990 + 5 * 270)
    seconds = (990 + 5 * 270) / 5 / 16000
    assert [stretch["id"] for stretch in stretches] == [0, 2, 0]
    bounds = [0, 2, 4, 5]
    assert [s["start"] for s in stretches] == pytest.approx([b * seconds for b in bounds[:-1]])
    assert [s["end"] for s in stretches] == pytest.approx([b * seconds for b in bounds[1:]])
    assert all(s["confidence"] == pytest.approx(1.0) for s in stretches)
    with pytest.raises(InvalidArgumentError, match=r"\(sounds, frames, classes\)"):
        extractor.post_process_speaker_diarization(logits[0], 5000)
    with pytest.raises(InvalidArgumentError, match="less than a frame"):
        extractor.post_process_speaker_diarization(logits, 500)


def test_one_object_serves_many_threads() -> None:
    from concurrent.futures import ThreadPoolExecutor

    extractor = WhisperFeatureExtractor(chunk_length=1)
    wanted = extractor(SHORT).input_features
    with ThreadPoolExecutor(8) as pool:
        for features in pool.map(lambda _: extractor(SHORT), range(64)):
            assert np.array_equal(features.input_features, wanted)

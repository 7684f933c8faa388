"""What single classes do beyond their rows: mix-ins by class name."""

from __future__ import annotations

from importlib import import_module

# Class → module of this package and the mix-in in it.
BEHAVIOURS = {
    "CLIPTokenizer": ("clip", "ClipDecoding"),
    "M2M100Tokenizer": ("translation", "M2M100Methods"),
    "MBart50Tokenizer": ("translation", "MBart50Methods"),
    "MBartTokenizer": ("translation", "MBartMethods"),
    "MarianTokenizer": ("marian", "MarianMethods"),
    "NllbTokenizer": ("translation", "NllbMethods"),
    "VitsTokenizer": ("vits", "VitsDecoding"),
    "Wav2Vec2CTCTokenizer": ("letters", "LetterDecoding"),
    "WhisperTokenizer": ("whisper", "WhisperMethods"),
}


def behaviour_of(name: str) -> tuple[type, ...]:
    """The mix-ins of a class."""
    if name not in BEHAVIOURS:
        return ()
    module, mixin = BEHAVIOURS[name]
    found: type = getattr(import_module(f"onnxformers.tokenizers.{module}"), mixin)
    return (found,)

"""Texts for the benchmarks: the same on every machine, made from nothing but a seed.

Lengths follow what an embedding service sees: many queries and titles, fewer sentences, some
paragraphs. In BERT word pieces, [CLS] and [SEP] included: log-normal with median 24, cut to 5..300.
"""

from __future__ import annotations

import random
from itertools import accumulate

SHORT_SENTENCE = "The quick brown fox jumps over the lazy dog."

# Everyday words, most frequent first: drawn by Zipf's law, nearly all of them one word piece.
COMMON = """
the of and to in a is that for it was on are as with his they at be this from have or by one had
not but what all were when we there can an your which their said if do will each about how up out
them then she many some so these would other into has more her two like him see time could no make
than first been its who now people my made over did down only way find use may water long little
very after words called just where most know get through back much before go good new write our
used me man too any day same right look think also around another came come work three word must
because does part even place well such here take why things help put years different away again
off went old number great tell men say small every found still between name should home big give
air line set own under read last never us left end along while might next sound below saw
something thought both few those always looked show large often together asked house world going
want school important until form food keep children feet land side without boy once animals life
enough took sometimes four head above kind began almost live page
""".split()  # noqa: SIM905, a list of 221 lines is no easier to read

# Words of trades, names and numbers: most are cut into several pieces, as in real texts.
RARE = """
photosynthesis Kubernetes 2,147,483,647 antidisestablishmentarianism naïve café Zürich GPU-bound
hyperparameters v2.31.0 preprocessing tokenization underspecified JSON https://example.org/a?b=1
mitochondrial cryptographically Shostakovich 3.14159 re-evaluated bioluminescent Łódź reusable
miscommunication subcontractors 1984-06-12 electroencephalogram isn't O'Brien e-mail COVID-19
""".split()  # noqa: SIM905, a list of 31 lines is no easier to read


def sentence(words: int, seed: int) -> str:
    """`words` words, one in twelve a rare one, with commas and a full stop."""
    generator = random.Random(seed)
    weights = [1 / (rank + 2) for rank in range(len(COMMON))]
    drawn = generator.choices(COMMON, weights, k=words)
    for index in range(words):
        if generator.random() < 1 / 12:
            drawn[index] = generator.choice(RARE)
        elif generator.random() < 1 / 10:
            drawn[index] += ","
    return " ".join(drawn).capitalize() + "."


def mixed_texts(count: int, seed: int = 0) -> list[str]:
    """`count` texts of mixed length in arrival order."""
    generator = random.Random(seed)
    texts = []
    for index in range(count):
        pieces = min(300.0, max(5.0, generator.lognormvariate(3.18, 0.95)))
        # A word makes 1.3 pieces here; three more are [CLS], [SEP] and the full stop.
        texts.append(sentence(max(1, round((pieces - 3) / 1.3)), seed * 1_000_003 + index))
    return texts


def documents(count: int, vocabulary: list[str], seed: int = 0) -> list[str]:
    """`count` documents of exactly 2000 characters, with as many different words as real prose.

    Args:
        count: How many.
        vocabulary: Word pieces in the order of their ids; BERT's stand by falling frequency.
        seed: Another seed gives other documents.
    """
    generator = random.Random(seed)
    plain = [piece for piece in vocabulary if piece.isascii()]
    words = [piece for piece in plain if piece.isalpha() and (len(piece) > 1 or piece in "ai")]
    endings = [piece[2:] for piece in plain if piece.startswith("##") and piece[2:].isalpha()]
    # Zipf's law as Mandelbrot bent it.
    totals = list(accumulate(1 / (rank + 2.7) for rank in range(len(words))))
    texts = []
    for _ in range(count):
        drawn = generator.choices(words, cum_weights=totals, k=1000)
        drawn = [_dressed(word, endings, generator) for word in drawn]
        texts.append(" ".join(drawn)[:2000])
    return texts


def _dressed(word: str, endings: list[str], generator: random.Random) -> str:
    """One word in ten gets an ending, one in eight a capital, one in nine a mark behind it."""
    if generator.random() < 0.1:
        word += generator.choice(endings)
    if generator.random() < 0.12:
        word = word.capitalize()
    return word + generator.choice(".,;:") if generator.random() < 0.11 else word

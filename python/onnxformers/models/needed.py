"""Which session files a model needs, before any is there."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from onnxformers.models.kinds import KINDS
from onnxformers.models.registry import find_architecture, find_head


def needed_stems(
    model_type: str | None,
    auto_classes: str | Iterable[str] | None,
    present: Collection[str],
) -> set[str]:
    """File stems that AutoModel classes open for a model.

    Args:
        model_type: as in config.json.
        auto_classes: the classes, of which the first that fits counts; None for every class that
            the architecture has.
        present: stems of the files that the model has.

    Returns:
        Stems out of `present`; all of them for an architecture that is not in the registry.

    Raises:
        UnsupportedModelError: the architecture has no such head.

    Example:
        >>> present = ["encoder_model", "decoder_model", "decoder_model_merged"]
        >>> sorted(needed_stems("t5", None, present))
        ['decoder_model_merged', 'encoder_model']
    """
    if auto_classes is not None:
        found = find_head(auto_classes, model_type)
        kinds = {found[0].heads[found[1]]} if found else {"encoder-only"}
    else:
        row = find_architecture(model_type)
        kinds = set(row.heads.values()) if row else set()
    needed: set[str] = set()
    for kind in kinds:
        whole = (layout for layout in KINDS[kind].layouts if set(layout) <= set(present))
        needed.update(next(whole, ()))
    return needed or set(present)

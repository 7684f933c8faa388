"""Tokenizers whose special tokens round a text change with a language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from onnxformers.tokenizers.base import PreTrainedTokenizer
from onnxformers.tokenizers.changeable import with_post_processor
from onnxformers.tokenizers.state import State


class Surrounding(PreTrainedTokenizer):
    """Puts other special tokens round texts."""

    def _surround(
        self,
        before: Sequence[str],
        behind: Sequence[str],
        changes: Mapping[str, Any],
        second_type: int = 0,
    ) -> None:
        """Put these tokens round texts, and `changes` into the config, in one step.

        Args:
            before: tokens before a text.
            behind: tokens behind a text, or behind the second of a pair.
            changes: values of tokenizer_config.json.
            second_type: the type id of the second text of a pair and of what stands behind it.
        """

        def changed(state: State) -> State:
            made = State(
                state.place,
                state.native,
                state.settings,
                {**state.config, **changes},
                state.post_processor,
                state.warned,
            )
            return with_post_processor(made, _template(made, before, behind, second_type))

        self._swap(changed)


def _template(
    state: State, before: Sequence[str], behind: Sequence[str], second_type: int
) -> dict[str, Any]:
    """A TemplateProcessing with these tokens; the second text of a pair follows the first."""

    def special(tokens: Sequence[str], type_id: int = 0) -> list[dict[str, Any]]:
        return [{"SpecialToken": {"id": token, "type_id": type_id}} for token in tokens]

    first = {"Sequence": {"id": "A", "type_id": 0}}
    second = {"Sequence": {"id": "B", "type_id": second_type}}
    ids = {token: state.token_id(token) for token in (*before, *behind)}
    return {
        "type": "TemplateProcessing",
        "single": [*special(before), first, *special(behind)],
        "pair": [*special(before), first, second, *special(behind, second_type)],
        "special_tokens": {
            token: {"id": token, "ids": [index], "tokens": [token]} for token, index in ids.items()
        },
    }

"""Donut's processor: pages, prompts, and the fields of what was read.

Source: transformers 4.46.3, models/donut/processing_donut.py.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from onnxformers.processors.labels import LabelProcessor

if TYPE_CHECKING:
    from onnxformers.processors.batch_feature import BatchFeature

_OPEN = re.compile(r"<s_(.*?)>", re.IGNORECASE)
_SEPARATOR = "<sep/>"


class DonutProcessor(LabelProcessor):
    """Beside pages, texts are `labels` and `input_ids`."""

    def prepare(self, media: tuple[Any, ...], text: Any, options: dict[str, Any]) -> BatchFeature:
        """The inputs of a model."""
        features = super().prepare(media, text, options)
        if "labels" in features:
            features["input_ids"] = features["labels"]
        return features

    def token2json(self, tokens: str) -> Any:
        """The fields of a text that the model wrote.

        Args:
            tokens: with `<s_name>` and `</s_name>` around the fields, `<sep/>` between several.

        Returns:
            A dict of texts, lists and dicts; a list where there are several; `{"text_sequence":
            ...}` where there is no field.

        Example:
            >>> processor.token2json("<s_name>tea</s_name><s_price>3</s_price>")
            {'name': 'tea', 'price': '3'}
        """
        fields, rest = self._fields(tokens)
        if not fields:
            return {"text_sequence": rest}
        return fields if len(fields) > 1 else fields[0]

    def _fields(self, tokens: str) -> tuple[list[dict[str, Any]], str]:
        """The groups of fields, and what is left behind them."""
        fields: dict[str, Any] = {}
        while (start := _OPEN.search(tokens)) is not None:
            name = re.escape(start.group(1))
            end = re.search(f"</s_{name}>", tokens, re.IGNORECASE)
            if end is None:
                tokens = tokens.replace(start.group(), "")
                continue
            inside = re.search(f"<s_{name}>(.*?)</s_{name}>", tokens, re.IGNORECASE | re.DOTALL)
            value = None if inside is None else self._value(inside.group(1).strip())
            if value is not None:
                fields[start.group(1)] = value
            tokens = tokens[end.end() :].strip()
            if tokens.startswith(_SEPARATOR):
                more, tokens = self._fields(tokens[len(_SEPARATOR) :])
                return [fields, *more], tokens
        return [fields] if fields else [], tokens

    def _value(self, content: str) -> Any:
        """What stands between the two marks of a field; None for fields without any."""
        if "<s_" in content and "</s_" in content:
            groups, _ = self._fields(content)
            return (groups if len(groups) > 1 else groups[0]) if groups else None
        added = self.tokenizer.get_added_vocab()
        leaves = [leaf.strip() for leaf in content.split(_SEPARATOR)]
        named = [
            leaf[1:-2] if leaf in added and leaf[0] == "<" and leaf[-2:] == "/>" else leaf
            for leaf in leaves
        ]
        return named if len(named) > 1 else named[0]

"""Tasks of the Inference API as data: parameters, inputs and answers in terms of pipelines.

Source: spec/inference/HfInference_class.md, modules.md.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from onnxformers.pipelines.hosted import media
from onnxformers.pipelines.hosted.writing import CONTINUING, WRITING


def same(*names: str) -> dict[str, str]:
    """Parameters that are options of the same name."""
    return {name: name for name in names}


def as_is(result: Any) -> Any:
    """The result."""
    return result


def as_list(array: Any) -> Any:
    """An array as lists of numbers."""
    return array.tolist()


@dataclass(frozen=True, slots=True)
class Row:
    """How a task is answered.

    Attributes:
        parameters: Name of the parameter -> option of the pipeline. None else is taken: options of
            pipelines may hold what no stranger should give.
        defaults: Options where the API has other defaults than the pipeline.
        read: Task and an input of a request -> what the pipeline takes.
        write: The pipeline's result for one input -> the answer for it.
        generates: Whether the parameters are those of `model.generate`.
        writes: Whether the model writes texts for texts.
        nests: Whether one input is answered like a list of one.
    """

    parameters: Mapping[str, str]
    defaults: Mapping[str, Any] = field(default_factory=dict)
    read: Callable[[str, Any], Any] = media.read_text
    write: Callable[[Any], Any] = as_is
    generates: bool = False
    writes: bool = False
    nests: bool = False

    @property
    def reads_text(self) -> bool:
        """Whether inputs are texts alone, whose tokens can be counted."""
        return self.read in (media.read_text, media.read_object)


_LABELLING = same("top_k", "function_to_apply")
_QUESTIONS = same(
    "align_to_words",
    "doc_stride",
    "handle_impossible_answer",
    "max_answer_len",
    "max_question_len",
    "max_seq_len",
    "top_k",
)
_SEGMENTING = same("mask_threshold", "overlap_mask_area_threshold", "subtask", "threshold")
_SPEECH = same(
    "chunk_length_s", "language", "return_language", "return_timestamps", "stride_length_s", "task"
)
_REWRITING = Row(WRITING, generates=True, writes=True, nests=True)
_ASKING = Row(
    WRITING,
    read=media.read_question,
    write=media.write_answers,
    generates=True,
)

ROWS: Mapping[str, Row] = {
    "feature-extraction": Row(
        same("normalize", "pooling", "prompt_name", "truncate_dim", "truncation")
        | {"truncate": "truncation", "dimensions": "truncate_dim"},
        {"pooling": "auto"},
        write=as_list,
    ),
    "sentence-similarity": Row(
        same("pooling", "prompt_name"), {"pooling": "auto"}, media.read_object
    ),
    "fill-mask": Row(same("top_k", "targets")),
    "question-answering": Row(_QUESTIONS, read=media.read_object),
    "summarization": _REWRITING,
    "text-classification": Row(_LABELLING, {"top_k": None}, nests=True),
    "text-generation": Row(CONTINUING, generates=True, writes=True),
    "text-ranking": Row(
        same("top_k", "return_documents", "function_to_apply"), read=media.read_object
    ),
    "text2text-generation": _REWRITING,
    "token-classification": Row(
        same("aggregation_strategy", "ignore_labels", "stride"), {"aggregation_strategy": "simple"}
    ),
    "translation": replace(_REWRITING, parameters=WRITING | same("src_lang", "tgt_lang")),
    "zero-shot-classification": Row(same("candidate_labels", "multi_label", "hypothesis_template")),
    "audio-classification": Row(_LABELLING, read=media.read_file),
    "audio-to-audio": Row({}, read=media.read_file, write=media.write_sources),
    "automatic-speech-recognition": Row(WRITING | _SPEECH, read=media.read_file, generates=True),
    "text-to-audio": Row(WRITING | same("speaker_id"), write=media.write_sound, generates=True),
    "zero-shot-audio-classification": Row(
        same("candidate_labels", "hypothesis_template"), read=media.read_file
    ),
    "background-removal": Row(_SEGMENTING, read=media.read_picture, write=media.write_picture),
    "depth-estimation": Row({}, read=media.read_picture, write=media.write_depth),
    "document-question-answering": _ASKING,
    "image-classification": Row(_LABELLING, read=media.read_picture),
    "image-feature-extraction": Row(same("pool"), read=media.read_picture, write=as_list),
    "image-segmentation": Row(_SEGMENTING, read=media.read_picture, write=media.write_segments),
    "image-to-image": Row({}, read=media.read_picture, write=media.write_picture),
    "image-to-text": Row(WRITING, read=media.read_picture, generates=True),
    "object-detection": Row(same("threshold"), read=media.read_picture),
    "visual-question-answering": replace(
        _ASKING, parameters=WRITING | same("top_k"), write=media.write_seen
    ),
    "zero-shot-image-classification": Row(
        same("candidate_labels", "hypothesis_template"), read=media.read_picture
    ),
    "zero-shot-object-detection": Row(
        same("candidate_labels", "threshold", "top_k"), read=media.read_picture
    ),
}

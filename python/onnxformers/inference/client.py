"""`HfInference` and `HfInferenceEndpoint`: remote models, one method a task.

tools/make_async_client.py writes async_client.py from this file.

Source: spec/inference/HfInference_class.md.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from onnxformers.inference import tasks, types
from onnxformers.inference.media_tasks import MediaTasks
from onnxformers.inference.requests import Question
from onnxformers.inference.setup import chat_fields, checked_place, free_question
from onnxformers.inference.text_tasks import TextTasks

if TYPE_CHECKING:
    import httpx
    from typing_extensions import Unpack

    from onnxformers.inference.options import Options


class _Tasks(TextTasks, MediaTasks):
    """All tasks, and requests of any other kind."""

    def chat_completion(
        self, messages: Sequence[Mapping[str, Any]], *, model: str | None = None, **fields: Any
    ) -> types.ChatCompletionOutput:
        """The answer to a chat.

        Args:
            messages: What was said, each with role and content.
            model: As everywhere.
            **fields: Of the request (max_tokens, temperature, tools, response_format, ...), and the
                options of every method.
        """
        question, options = self._put_chat(messages, model, fields)
        return self._ask(tasks.CHAT_COMPLETION, question, options)

    def chat_completion_stream(
        self, messages: Sequence[Mapping[str, Any]], *, model: str | None = None, **fields: Any
    ) -> Generator[types.ChatCompletionStreamOutput, None, None]:
        """As `chat_completion`, piece by piece; closing the generator ends the request."""
        question, options = self._put_chat(messages, model, fields)
        settings = self._settings(options, question.task)
        return self._stream(tasks.CHAT_COMPLETION_STREAM, question.streamed(), settings)

    def request(
        self,
        *,
        model: str | None = None,
        task: str | None = None,
        inputs: Any = None,
        data: Any = None,
        parameters: Mapping[str, Any] | None = None,
        **options: Unpack[Options],
    ) -> Any:
        """A request of one's own.

        Args:
            model: As everywhere; without one `task` must be given.
            task: Do this rather than what the model usually does.
            inputs: Anything that JSON can carry.
            data: A file, in place of inputs.
            parameters: As everywhere.
            **options: As everywhere.

        Returns:
            What the JSON of the answer says; a `Blob` if it is no JSON.
        """
        question = free_question(model, task, inputs, data, parameters)
        return self._fetch(question, self._settings(options, "request"))

    def streaming_request(
        self,
        *,
        model: str | None = None,
        task: str | None = None,
        inputs: Any = None,
        data: Any = None,
        parameters: Mapping[str, Any] | None = None,
        **options: Unpack[Options],
    ) -> Generator[Any, None, None]:
        """As `request`, for answers of events: the JSON of each."""
        question = free_question(model, task, inputs, data, parameters).streamed()
        return self._stream(None, question, self._settings(options, "streaming_request"))

    def _put_chat(
        self, messages: Any, model: str | None, given: Mapping[str, Any]
    ) -> tuple[Question, dict[str, Any]]:
        fields, options = chat_fields(messages, given)
        task = tasks.CHAT_COMPLETION.name
        return Question(task=task, model=model, fields=fields, is_chat=True), options


class HfInferenceEndpoint(_Tasks):
    """A client of one model: a dedicated endpoint, `onnxformers serve`, or a server like these."""

    def __init__(
        self,
        endpoint_url: str,
        access_token: str | bool | None = None,
        *,
        http_client: httpx.Client | None = None,
        **default_options: Unpack[Options],
    ) -> None:
        """Ask the model at an address.

        Args:
            endpoint_url: The address.
            access_token: Sent to it. None: HF_TOKEN or what `hf auth login` keeps, which goes to
                hosts of the Hub alone; False: none.
            http_client: A client of httpx to use, which stays open: for proxies and certificates.
            **default_options: See `InferenceOptions`.

        Raises:
            InvalidArgumentError: An argument cannot be used.
        """
        place = checked_place(access_token=access_token, endpoint_url=endpoint_url)
        super().__init__(place, "hf-inference", http_client, default_options)


class HfInference(_Tasks):
    """A client of models on the Hub, of a server that speaks the same language, or of local ones.

    Example:
        >>> from onnxformers import HfInference
        >>> with HfInference(provider="local") as hf:
        ...     found = hf.sentence_similarity(
        ...         {"source_sentence": "a cat", "sentences": ["a kitten", "a train"]},
        ...         model="examples/models/all-MiniLM-L6-v2",
        ...     )
        >>> found[0] > found[1]
        True

    Source: spec/inference/HfInference_class.md.
    """

    def __init__(
        self,
        access_token: str | bool | None = None,
        *,
        provider: str = "hf-inference",
        base_url: str | None = None,
        http_client: httpx.Client | None = None,
        **default_options: Unpack[Options],
    ) -> None:
        """Ask models by name.

        Args:
            access_token: Sent to `base_url`. None: HF_TOKEN or what `hf auth login` keeps, which
                goes to hosts of the Hub alone; False: none.
            provider: "hf-inference" asks a server; "local" runs pipelines in this process.
            base_url: The server. None: HF_INFERENCE_ENDPOINT, else the Hub's.
            http_client: A client of httpx to use, which stays open: for proxies and certificates.
            **default_options: See `InferenceOptions`.

        Raises:
            InvalidArgumentError: An argument cannot be used.
        """
        place = checked_place(access_token=access_token, base_url=base_url)
        super().__init__(place, provider, http_client, default_options)

    def endpoint(self, endpoint_url: str) -> HfInferenceEndpoint:
        """A client of the model at an address, with the same token and options.

        Raises:
            InvalidArgumentError: This is no address.
        """
        return HfInferenceEndpoint(
            endpoint_url,
            self._given_token,
            http_client=self._given_http,
            **self._given_options,
        )

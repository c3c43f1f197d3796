"""llm-guard's helpers for models, on the runtime: a tokenizer, a model, and a pipeline that classifies texts.

They exist so that code which uses llm-guard's goes on working. Nothing of transformers is needed, and
nothing of it is returned: what they return has the calls that llm-guard makes of it. Scanners need none of
them.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Literal, get_args

from pyshield._check import Check, shown
from pyshield._runtime import ModelHandle
from pyshield.exception import LLMGuardValidationError
from pyshield.ml import TokenizerWrapper
from pyshield.model import Model

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = [
    "ClassificationTask",
    "Classifier",
    "get_tokenizer",
    "get_tokenizer_and_model_for_classification",
    "get_tokenizer_and_model_for_ner",
    "is_onnx_supported",
    "pipeline",
]

ClassificationTask = Literal["text-classification", "zero-shot-classification"]
"""What `pipeline` does."""
_TASKS: tuple[str, ...] = get_args(ClassificationTask)


def is_onnx_supported() -> bool:
    """Whether models run on ONNX Runtime: always."""
    return True


def get_tokenizer(model: Model) -> TokenizerWrapper:
    """The tokenizer of a model.

    Raises:
        ModelError: If it cannot be read.
    """
    return TokenizerWrapper(model, padding=False)


class Classifier:
    """A model that says which label a text has; loaded when it is first asked.

    Args:
        model: The model.

    Attributes:
        labels: The names of its labels, in order; those of its first head, if it has several.

    Raises:
        ConfigError: If `model` is none.
        ModelError: If it cannot be read.
    """

    __slots__ = ("_handle", "labels", "model")

    def __init__(self, model: Model) -> None:
        if not isinstance(model, Model):
            Check("transformers_helpers").fail("model", f"expected a Model, got {shown(model)}")
        self.model = model
        self._handle = ModelHandle(json.dumps(model.source()))
        kinds = ("sequence", "token", "pair")
        found = [(kinds.index(kind), labels) for _, kind, labels in self._handle.heads if kind in kinds]
        self.labels: tuple[str, ...] = tuple(min(found)[1]) if found else ()

    @property
    def id2label(self) -> dict[int, str]:
        """The labels by number, as transformers' configurations have them."""
        return dict(enumerate(self.labels))

    def probabilities(self, texts: Sequence[str]) -> list[list[float]]:
        """The probability of each label for each text, which is read to its end; on the calling thread.

        Raises:
            ModelError: If the model cannot be used, or judges no single texts.
            TextError: If a text holds lone surrogates, or has more windows than the model may read.
        """
        return self._handle.classify_blocking(list(texts))

    def entailment(self, pairs: Sequence[tuple[str, str]]) -> list[float]:
        """For each pair how likely it is that the first text entails the second rather than its contrary.

        Raises:
            ModelError: As `probabilities`, or if it has no label of entailment.
        """
        at = next((at for at, label in enumerate(self.labels) if label.lower().startswith("entail")), None)
        if at is None:
            raise LLMGuardValidationError("zero-shot classification needs a model with a label 'entailment'")
        others = [at_ for at_, label in enumerate(self.labels) if "contradict" in label.lower()]
        against = others or [other for other in range(len(self.labels)) if other != at]
        rows = self._handle.score_blocking(list(pairs))
        if not against:
            return [row[at] for row in rows]
        return [row[at] / max(row[at] + row[against[0]], 1e-12) for row in rows]

    def __repr__(self) -> str:
        return f"Classifier({str(self.model)!r})"


def get_tokenizer_and_model_for_classification(
    model: Model,
    use_onnx: bool = False,  # noqa: ARG001  # llm-guard's signature
) -> tuple[TokenizerWrapper, Classifier]:
    """The tokenizer and the model, which classifies texts.

    Args:
        model: The model.
        use_onnx: Taken for llm-guard's sake; models always run on ONNX Runtime.
    """
    return get_tokenizer(model), Classifier(model)


def get_tokenizer_and_model_for_ner(
    model: Model,
    use_onnx: bool = False,  # llm-guard's signature
) -> tuple[TokenizerWrapper, Classifier]:
    """As `get_tokenizer_and_model_for_classification`, for a model that labels tokens."""
    return get_tokenizer_and_model_for_classification(model, use_onnx)


def pipeline(
    task: str,
    model: Classifier,
    tokenizer: TokenizerWrapper | None = None,  # noqa: ARG001  # the runtime has its own
    **kwargs: Any,  # noqa: ANN401  # as transformers takes them
) -> _TextClassification | _ZeroShot:
    """What classifies texts when called, as transformers' pipelines do.

    Args:
        task: `"text-classification"`, or `"zero-shot-classification"`.
        model: As `get_tokenizer_and_model_for_classification` returns it.
        tokenizer: Taken for llm-guard's sake.
        kwargs: `top_k` (`None` for all labels; the likeliest one without it); others are taken for
            transformers' sake, and none cuts a text off.

    Raises:
        LLMGuardValidationError: For another task.
    """
    if task not in _TASKS:
        raise LLMGuardValidationError(f"task: expected one of {', '.join(_TASKS)}, got {shown(task)}")
    if not isinstance(model, Classifier):
        Check("transformers_helpers").fail("model", f"expected a Classifier, got {shown(model)}")
    if task == "zero-shot-classification":
        return _ZeroShot(model)
    return _TextClassification(model, kwargs)


class _TextClassification:
    """Texts in, labels and scores out."""

    __slots__ = ("_model", "_options")

    def __init__(self, model: Classifier, options: dict[str, Any]) -> None:
        self._model, self._options = model, options

    def __call__(self, texts: str | Sequence[str], **kwargs: Any) -> list[Any]:  # noqa: ANN401
        """For each text its likeliest label and the score, or with `top_k` a list of that many."""
        options = self._options | kwargs
        rows = self._model.probabilities([texts] if isinstance(texts, str) else texts)
        ranked = [self._ranked(row) for row in rows]
        if "top_k" not in options:
            return [row[0] for row in ranked]
        most = options["top_k"]
        cut = [row if most is None else row[:most] for row in ranked]
        return cut[0] if isinstance(texts, str) else cut

    def _ranked(self, row: list[float]) -> list[dict[str, Any]]:
        pairs = sorted(zip(self._model.labels, row, strict=True), key=lambda pair: -pair[1])
        return [{"label": label, "score": score} for label, score in pairs]


class _ZeroShot:
    """Texts and labels in, a score for each label out; each label for itself."""

    __slots__ = ("_model",)

    def __init__(self, model: Classifier) -> None:
        self._model = model

    def __call__(
        self,
        text: str,
        candidate_labels: Sequence[str],
        hypothesis_template: str = "This example is {}.",
        **_: Any,  # noqa: ANN401  # as transformers takes them
    ) -> dict[str, Any]:
        """The labels by their scores, each how likely the text entails it rather than its contrary."""
        pairs = [(text, hypothesis_template.format(label)) for label in candidate_labels]
        scored = zip(candidate_labels, self._model.entailment(pairs), strict=True)
        ranked = sorted(scored, key=lambda one: -one[1])
        return {
            "sequence": text,
            "labels": [label for label, _ in ranked],
            "scores": [score for _, score in ranked],
        }

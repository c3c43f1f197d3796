"""The heads: their labels, and how hidden states become their logits."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from training import encoder, example

ENTITIES = ("PERSON", "LOCATION", "ORGANIZATION", "ADDRESS", "DATE", "NRP")
LANGUAGES = (
    "ARM Assembly", "AppleScript", "C", "C#", "C++", "COBOL", "CSS", "Erlang", "Fortran", "Go", "HTML",
    "Java", "JavaScript", "Kotlin", "Lua", "Mathematica/Wolfram Language", "PHP", "Pascal", "Perl",
    "PowerShell", "Python", "R", "Ruby", "Rust", "SQL", "Scala", "Shell", "Swift", "TypeScript",
    "Visual Basic .NET", "jq",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Head:
    """One output of the model.

    Attributes:
        labels: Names of the logits, in order.
        kind: `sequence` (one row per text), `pair` (likewise, for two texts) or `token`.
        activation: What turns logits into probabilities: `sigmoid` (each label alone) or `softmax`.
        pooling: How the probabilities of the windows of a long text become one: `max`, `mean`, or `odds`, the
            probability of the mean of the windows' odds: of a text with one attack in one of its windows, as
            likely in each, the likelihood ratio is the mean of theirs.
        weight: Of the head's loss in training.
    """

    labels: tuple[str, ...]
    kind: str = "sequence"
    activation: str = "sigmoid"
    pooling: str = "max"
    weight: float = 1.0


HEADS = {
    "injection": Head(example.INJECTION, pooling="odds", weight=2.0),
    "quoted": Head(("quoted",), weight=0.5),
    "toxicity": Head(example.TOXICITY, weight=1.5),
    "bias": Head(("subjective",), pooling="mean", weight=0.7),
    "refusal": Head(("refusal",), weight=0.7),
    "gibberish": Head(example.GIBBERISH, activation="softmax", pooling="mean", weight=0.7),
    "code": Head(("code",), weight=0.5),
    "code_language": Head(LANGUAGES, activation="softmax", pooling="mean", weight=0.4),
    "emotions": Head(example.EMOTIONS, pooling="mean", weight=0.5),
    "entities": Head(
        ("O", *(f"{prefix}-{kind}" for kind in ENTITIES for prefix in "BI")),
        kind="token",
        activation="softmax",
        weight=2.0,
    ),
    "consistency": Head(example.CONSISTENCY, kind="pair", activation="softmax", pooling="mean", weight=1.0),
}
POOLED = tuple(name for name, head in HEADS.items() if head.kind != "token")
TOKENS = tuple(name for name, head in HEADS.items() if head.kind == "token")
NEAR = 32  # numbers that a token tells its neighbours


class Neighbours(nn.Module):
    """What the tokens beside it add to a token's logits: where a name ends is seen from what follows.

    A convolution over three tokens (Strubell et al. 2017, arXiv:1702.02098). At the start it adds nothing.
    """

    def __init__(self, width: int, labels: int) -> None:
        super().__init__()
        self.inner = nn.Linear(width, NEAR)
        self.outer = nn.Conv1d(NEAR, labels, 3, padding=1)
        nn.init.zeros_(self.outer.weight)
        nn.init.zeros_(self.outer.bias)

    def forward(self, hidden: Tensor, mask: Tensor) -> Tensor:
        """Return `[batch, tokens, labels]`."""
        told = functional.gelu(self.inner(hidden)) * mask[:, :, None].to(hidden.dtype)
        return self.outer(told.transpose(1, 2)).transpose(1, 2)


class Model(nn.Module):
    """The encoder and all heads: one pass gives every output."""

    def __init__(self, trunk: encoder.Encoder) -> None:
        super().__init__()
        self.encoder = trunk
        width = trunk.shape.width
        # a query per head says which tokens it looks at; at the start all alike
        self.queries = nn.Linear(width, len(POOLED), bias=False)
        nn.init.zeros_(self.queries.weight)
        self.outputs = nn.ModuleDict(
            {name: nn.Linear(width, len(head.labels)) for name, head in HEADS.items()}
        )
        self.neighbours = nn.ModuleDict({name: Neighbours(width, len(HEADS[name].labels)) for name in TOKENS})

    def forward(self, ids: Tensor, mask: Tensor, types: Tensor) -> dict[str, Tensor]:
        """Return the logits by head, and `embedding`."""
        return self.answers(self.encoder(ids, mask, types), mask)

    def answers(self, hidden: Tensor, mask: Tensor) -> dict[str, Tensor]:
        """Return the same of the last hidden states."""
        scores = self.queries(hidden) + (1.0 - mask[:, :, None].to(hidden.dtype)) * -10000.0
        pooled = torch.softmax(scores, dim=1).transpose(1, 2) @ hidden
        logits = {name: self.outputs[name](pooled[:, index]) for index, name in enumerate(POOLED)}
        for name in TOKENS:
            logits[name] = self.outputs[name](hidden) + self.neighbours[name](hidden, mask)
        mean = encoder.mean_pooled(hidden, mask).float()
        logits["embedding"] = mean / mean.norm(dim=-1, keepdim=True).clamp(min=1e-9)
        return logits

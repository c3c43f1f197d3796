"""Labels of rows to numbers, and the masked losses of a batch."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor
from torch.nn import functional

from training.heads import HEADS, LANGUAGES
from training.rows import UNOBSERVED, Row

if TYPE_CHECKING:
    from training.example import Example
    from training.tokens import Tokens

# An attack's kinds overlap: what a row does not name is weak evidence of absence.
UNNAMED_KIND = 0.3
OTHER_WEIGHTS = {"embedding": 25.0, "states": 20.0, "answers": 1.0, "meaning": 25.0}


def row(example: Example, tokens: Tokens) -> Row:
    """Return the numbers of an example."""
    labels: dict[str, Any] = {}
    for head, value in example.labels.items():
        if head == "injection":
            labels[head] = [float(kind in value) for kind in HEADS[head].labels]
        elif head == "toxicity":
            labels[head] = [float(value.get(label, UNOBSERVED)) for label in HEADS[head].labels]
        elif head == "emotions":
            labels[head] = [float(name in value) for name in HEADS[head].labels]
        elif head in {"gibberish", "consistency"}:
            labels[head] = HEADS[head].labels.index(value)
        elif head == "code_language":
            if value in LANGUAGES:
                labels[head] = LANGUAGES.index(value)
        elif head != "entities":
            labels[head] = [float(value)]
    attack = example.labels.get("injection") or []
    cuttable = example.pair is None and "indirect" not in attack and "direct" not in attack
    result = Row(tokens.ids, tokens.types, labels, cuttable=cuttable)
    result.anywhere = cuttable and not attack and set(labels) <= {"injection", "quoted", "code"}
    result.anywhere = result.anywhere and not example.labels.get("quoted")
    if "span" in example.meta and example.pair is None:
        result.span = _place(example.meta["span"], tokens)
    if "entities" in example.labels:
        result.tags, result.open_labels = _tags(example.labels["entities"], tokens)
    return result


def _place(span: str, tokens: Tokens) -> tuple[int, int] | None:
    first, _, last = span.partition(":")
    inside = [
        index
        for index, (start, end) in enumerate(tokens.offsets)
        if start < int(last) and end > int(first) and tokens.segments[index] == 0
    ]
    # the end may lie behind the cut
    return (inside[0], inside[-1] + 1) if inside and tokens.offsets[inside[-1]][1] >= int(last) else None


def _tags(value: dict[str, Any], tokens: Tokens) -> tuple[list[int], tuple[int, ...]]:
    names = HEADS["entities"].labels
    tags = [0] * len(tokens.ids)
    spans = sorted(value["spans"])
    at = 0
    started = -1
    for index, (first, last) in enumerate(tokens.offsets):
        if tokens.segments[index] != 0:
            continue
        while at < len(spans) and spans[at][1] <= first:
            at += 1
        if at < len(spans) and first < spans[at][1] and last > spans[at][0] and f"B-{spans[at][2]}" in names:
            prefix = "I" if started == at else "B"
            started = at
            tags[index] = names.index(f"{prefix}-{spans[at][2]}")
    open_labels = tuple(
        index for index, name in enumerate(names) if index and name[2:] not in value["observed"]
    )
    return tags, open_labels


def losses(logits: dict[str, Tensor], rows: list[Row], embeddings: Tensor | None) -> dict[str, Tensor]:
    """Return the mean loss of every head that some row of the batch has a label for."""
    device = logits["injection"].device
    found: dict[str, Tensor] = {}
    for name, head in HEADS.items():
        if head.kind == "token":
            chosen = [index for index, item in enumerate(rows) if item.tags is not None]
            if chosen:
                found[name] = _entity_loss(logits[name][chosen].float(), [rows[index] for index in chosen])
            continue
        chosen = [index for index, item in enumerate(rows) if name in item.labels]
        if not chosen:
            continue
        scores = logits[name][chosen].float()
        target = torch.tensor([rows[index].labels[name] for index in chosen], device=device)
        if head.activation == "softmax":
            found[name] = functional.cross_entropy(scores, target, label_smoothing=0.05)
        elif name == "injection":
            found[name] = _injection_loss(scores, target)
        else:
            observed = (target != UNOBSERVED).float()
            loss = functional.binary_cross_entropy_with_logits(
                scores, target.clamp(0.02, 0.98), reduction="none"
            )
            found[name] = (loss * observed).sum() / observed.sum().clamp(min=1)
    chosen = [index for index, item in enumerate(rows) if item.embedding is not None]
    if chosen and embeddings is not None:
        wanted = embeddings[torch.tensor([rows[index].embedding for index in chosen], device=device)].float()
        found["embedding"] = (1 - (logits["embedding"][chosen] * wanted).sum(-1)).mean()
    return found


def total(found: dict[str, Tensor]) -> Tensor:
    """Return the weighted sum of the heads' losses."""
    weights = {name: head.weight for name, head in HEADS.items()} | OTHER_WEIGHTS
    return torch.stack([weights[name] * loss for name, loss in found.items()]).sum()


def kept(
    states: list[Tensor],
    logits: dict[str, Tensor],
    wanted: list[Tensor],
    answers: dict[str, Tensor],
    mask: Tensor,
) -> dict[str, Tensor]:
    """Return how far a model is from its teacher: `states`, `answers` (all heads'), `meaning` (embeddings).

    Args:
        states: Hidden states behind each layer, `[batch, tokens, width]`.
        logits: By head.
        wanted: The teacher's hidden states.
        answers: The teacher's logits.
        mask: Which tokens there are.
    """
    seen = mask.bool()
    pairs = list(zip(states[1:], wanted[1:], strict=True))
    apart = torch.stack([functional.mse_loss(ours[seen].float(), its[seen].float()) for ours, its in pairs])
    lost = []
    for name, head in HEADS.items():
        ours, its = logits[name].float(), answers[name].float()
        if head.kind == "token":
            ours, its = ours[seen], its[seen]
        if head.activation == "softmax":
            loss = functional.cross_entropy(ours, its.softmax(-1))
        else:
            loss = functional.binary_cross_entropy_with_logits(ours, its.sigmoid())
        lost.append(head.weight * loss)
    alike = (logits["embedding"].float() * answers["embedding"].float()).sum(-1)
    return {"states": apart.mean(), "answers": torch.stack(lost).sum(), "meaning": (1 - alike).mean()}


def _injection_loss(scores: Tensor, kinds: Tensor) -> Tensor:
    """The highest logit says whether there is an attack at all; the kinds come second."""
    attack = kinds.amax(-1)
    smooth = attack.clamp(0.02, 0.98)
    any_loss = functional.binary_cross_entropy_with_logits(scores.amax(-1), smooth)
    each = functional.binary_cross_entropy_with_logits(scores, kinds.clamp(0.02, 0.98), reduction="none")
    weight = torch.where((attack[:, None] > 0) & (kinds == 0), UNNAMED_KIND, 1.0)
    return any_loss + 0.5 * (each * weight).mean()


def _entity_loss(scores: Tensor, rows: list[Row]) -> Tensor:
    """Cross entropy per token; where `O` is right, so are the labels that were not looked for."""
    logs = functional.log_softmax(scores, dim=-1)
    tags = torch.full(scores.shape[:2], -1)
    hidden = torch.full((len(rows), scores.shape[2]), float("-inf"))  # added to what counts as right for `O`
    hidden[:, 0] = 0.0
    for index, item in enumerate(rows):
        if item.tags is not None:
            inner = item.tags[1:-1]
            tags[index, 1 : 1 + len(inner)] = torch.tensor(inner)
        hidden[index, list(item.open_labels)] = 0.0
    tags, hidden = tags.to(scores.device), hidden.to(scores.device)
    named = logs.gather(2, tags.clamp(min=0)[:, :, None])[:, :, 0]
    outside = torch.logsumexp(logs + hidden[:, None, :], dim=-1)
    picked = torch.where(tags == 0, outside, named)
    seen = tags >= 0
    return -(picked * seen).sum() / seen.sum().clamp(min=1)

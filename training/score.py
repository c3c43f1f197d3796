"""Run the exported model over rows, as the engine does: windows of long texts, logits pooled per head."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import onnxruntime
import tokenizers

from training import tokens
from training.heads import HEADS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

WINDOW, OVERLAP = 256, 64
SUREST, MOST_CHANCES = 1 - 1e-9, 32  # as the engine has them


@dataclass(slots=True)
class Scores:
    """What the model says about one row.

    Attributes:
        logits: By sequence or pair head, one row per window.
        entities: Logits per token of all windows, with the tokens' offsets: only the first window overlaps
            nothing.
        offsets: Code points of the tokens of `entities`.
        embedding: Of the first window.
    """

    logits: dict[str, np.ndarray]
    entities: np.ndarray
    offsets: list[tuple[int, int]]
    embedding: np.ndarray

    def probability(self, head: str, temperature: float = 1.0) -> np.ndarray:
        """Return the head's probabilities, pooled over windows."""
        scaled = self.logits[head] / temperature
        if HEADS[head].activation == "softmax":
            powers = np.exp(scaled - scaled.max(-1, keepdims=True))
            values = powers / powers.sum(-1, keepdims=True)
        else:
            values = 1 / (1 + np.exp(-scaled))
        match HEADS[head].pooling:
            case "max":
                return values.max(0)
            case "odds":
                odds = (values / (1 - values.clip(max=SUREST))).sum(0) / min(len(values), MOST_CHANCES)
                return values[0] if len(values) == 1 else odds / (1 + odds)
            case _:
                return values.mean(0)

    def pooled_logits(self, head: str) -> np.ndarray:
        """Return one row of logits: the window of the highest attack score, or the mean."""
        return self.logits[head].mean(0) if HEADS[head].pooling == "mean" else self.logits[head].max(0)


class Scorer:
    """An ONNX session and its tokenizer."""

    def __init__(self, model: Path, tokenizer: Path, threads: int = 1) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.log_severity_level = 3
        self.session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
        self.names = [output.name for output in self.session.get_outputs()]
        self.tokenizer = tokenizers.Tokenizer.from_file(str(tokenizer))

    def run(
        self, rows: Sequence[tuple[str, str | None]], budget: int = 1024, windows: int = 8
    ) -> list[Scores]:
        """Score texts and pairs.

        Args:
            rows: Texts, each with its pair or `None`.
            budget: Tokens per batch, padding included.
            windows: Windows of a text at most; later ones are not looked at.
        """
        pieces: list[tuple[int, tokens.Tokens]] = []
        for number, (text, pair) in enumerate(rows):
            pieces += [(number, piece) for piece in self._windows(text, pair)[:windows]]
        order = sorted(range(len(pieces)), key=lambda index: len(pieces[index][1].ids))
        outputs: list[dict[str, np.ndarray] | None] = [None] * len(pieces)
        start = 0
        while start < len(order):
            stop = start + 1
            while stop < len(order) and (stop + 1 - start) * len(pieces[order[stop]][1].ids) <= budget:
                stop += 1
            self._batch([(index, pieces[index][1]) for index in order[start:stop]], outputs)
            start = stop
        grouped: list[list[int]] = [[] for _ in rows]
        for index, (number, _) in enumerate(pieces):
            grouped[number].append(index)
        return [self._scores([(pieces[i][1], outputs[i] or {}) for i in group]) for group in grouped]

    def _windows(self, text: str, pair: str | None) -> list[tokens.Tokens]:
        if pair is not None:
            return tokens.encode(self.tokenizer, [(text, pair)], WINDOW)
        whole = tokens.encode(self.tokenizer, [(text, None)], 1_000_000)[0]
        if len(whole.ids) <= WINDOW:
            return [whole]
        inner = WINDOW - 2
        found = []
        for start in range(1, len(whole.ids) - 1 - OVERLAP, inner - OVERLAP):
            stop = min(start + inner, len(whole.ids) - 1)
            part = slice(start, stop)
            found.append(
                tokens.Tokens(
                    [whole.ids[0], *whole.ids[part], whole.ids[-1]],
                    [0, *whole.types[part], 0],
                    [(0, 0), *whole.offsets[part], (0, 0)],
                    [-1, *whole.segments[part], -1],
                )
            )
        return found

    def _batch(
        self, chunk: list[tuple[int, tokens.Tokens]], outputs: list[dict[str, np.ndarray] | None]
    ) -> None:
        longest = max(len(piece.ids) for _, piece in chunk)
        ids = np.zeros((len(chunk), longest), np.int64)
        mask, types = np.zeros_like(ids), np.zeros_like(ids)
        for row, (_, piece) in enumerate(chunk):
            size = len(piece.ids)
            ids[row, :size], types[row, :size], mask[row, :size] = piece.ids, piece.types, 1
        results = self.session.run(None, {"input_ids": ids, "attention_mask": mask, "token_type_ids": types})
        named = dict(zip(self.names, results, strict=True))
        for row, (index, piece) in enumerate(chunk):
            outputs[index] = {
                name: value[row, : len(piece.ids)] if name == "entities" else value[row]
                for name, value in named.items()
            }

    @staticmethod
    def _scores(parts: list[tuple[tokens.Tokens, dict[str, np.ndarray]]]) -> Scores:
        logits = {
            name: np.stack([output[name] for _, output in parts])
            for name, head in HEADS.items()
            if head.kind != "token"
        }
        entities, offsets = [], []
        for piece, output in parts:
            for index, segment in enumerate(piece.segments):
                if segment == 0 and (not offsets or piece.offsets[index][0] >= offsets[-1][1]):
                    offsets.append(piece.offsets[index])
                    entities.append(output["entities"][index])
        return Scores(logits, np.array(entities), offsets, parts[0][1]["embedding"])


def entity_spans(
    scores: Scores, text: str, observed: Sequence[str], threshold: float = 0.0
) -> set[tuple[int, int, str]]:
    """Return the spans that the token head finds, of the observed types, as the engine does.

    Tokens of one word take the label of the word's first token; a word is a run of tokens without a gap that
    does not cross punctuation in the tokenizer's sense, which the offsets show: pieces of a word touch and
    begin with `##`. A span counts if the mean of its words' probabilities reaches the threshold.
    """
    names = HEADS["entities"].labels
    if not len(scores.entities):
        return set()
    powers = np.exp(scores.entities - scores.entities.max(-1, keepdims=True))
    probabilities = powers / powers.sum(-1, keepdims=True)
    spans: list[tuple[list[int], str, list[float]]] = []
    previous_end, previous_label = -1, "O"
    for (first, last), row in zip(scores.offsets, probabilities, strict=True):
        inside = first == previous_end and text[first - 1 : first + 1].isalnum()
        label = previous_label if inside else names[int(row.argmax())]
        if label != "O":
            kind = label[2:]
            goes_on = previous_label != "O" and previous_label[2:] == kind and (inside or label[0] == "I")
            if goes_on and spans:
                spans[-1][0][1] = last
            else:
                spans.append(([first, last], kind, []))
            if not inside:
                spans[-1][2].append(float(row.max()))
        previous_end, previous_label = last, label
    return {
        (first, last, kind)
        for (first, last), kind, sure in spans
        if kind in observed and np.mean(sure) >= threshold
    }

"""`train` and `distil`: the training loop, on one device or on several CPU processes, resumable.

On a CPU each process runs single-threaded: small matrices gain nothing from more threads, and waiting for a
thread that other work has displaced costs more than it brings. For the same reason the processes step on
their own and average their weights every `SYNC_SECONDS`, each weighing as many tokens as it has seen: where
other work takes a core away, nobody waits for it at every step.
"""

from __future__ import annotations

import json
import random
import time
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import tokenizers
import torch
from torch import Tensor, distributed, multiprocessing, nn

from training import batches, checkpoint, example, heads, mixture, packed, progress, targets, tokens
from training.rows import Row

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

MOST_ROWS = 16_000  # of one source
PRINT_STEPS = 20
SYNC_SECONDS = 20.0
SAVE_SECONDS = 600.0


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run does.

    Attributes:
        work: Folder with the rows, the tokenizer, the embedding targets and the checkpoints.
        name: Of the checkpoint to write.
        start: Checkpoint to start from; `None` for the base model.
        teacher: Checkpoint whose hidden states and answers are to be kept, whatever its width inside; `None`
            for labels alone.
        blend: Share of the start's encoder weights, the base model's being the rest: what training has pulled
            away from the base model comes half back and the embedding with it.
        frozen: How many of the first layers, and the word embeddings with them, stay as they are.
        cores: Processor time that all processes together take, per second, on average.
        minutes: Length of the schedule in time.
        tokens: Length of the schedule in tokens, all processes together; whichever ends first.
        rate: Highest learning rate of the encoder.
        head_rate: Highest learning rate of the heads and the token types.
        batch: Tokens per step and process.
        workers: Processes.
        seed: Of everything random.
        layers: Layers of the base model to keep.
        cases: Whether the model sees the case of words.
    """

    work: Path
    name: str
    start: str | None = None
    teacher: str | None = None
    blend: float = 1.0
    frozen: int = 0
    cores: float = 16.0
    minutes: float = 60.0
    tokens: int = 50_000_000
    rate: float = 1e-4
    head_rate: float = 1e-3
    batch: int = 1536
    workers: int = 2
    seed: int = 1
    layers: tuple[int, ...] = (0, 1, 2, 3, 4, 5)
    cases: bool = True


def run(plan: Plan) -> None:
    """Train, or continue a run that was interrupted."""
    if torch.cuda.is_available() or plan.workers == 1:
        _work(0, plan, 1)
    else:
        multiprocessing.spawn(_work, (plan, plan.workers), nprocs=plan.workers)


def encode(work: Path, max_tokens: int = 256) -> int:
    """Write `train.npz`: training rows and sentences of known embedding in numbers; return how many.

    And `progress.npz` with its embeddings: the rows that a run is watched with.
    """
    progress.prepare(work, tokenizers.Tokenizer.from_file(str(work / "tokenizer.json")))
    return packed.write(work / "train.npz", _rows(work, max_tokens))


def _rows(work: Path, max_tokens: int) -> Iterator[tuple[str, Row]]:
    tokenizer = tokenizers.Tokenizer.from_file(str(work / "tokenizer.json"))
    found: dict[str, list[example.Example]] = {}
    for item in example.read(work / "train.jsonl"):
        found.setdefault(item.source, []).append(item)
    rng = random.Random(1)
    for source, items in sorted(found.items()):
        chosen = rng.sample(items, min(len(items), MOST_ROWS))
        # of a text whose attack has a known place, any part around it will do
        long = 4 * max_tokens if any("span" in item.meta for item in chosen) else max_tokens
        encoded = tokens.encode(tokenizer, [(item.text[:4000], item.pair) for item in chosen], long)
        for row in map(targets.row, chosen, encoded):
            # an attack that may lie behind the cut is no example of one
            if len(row.ids) < max_tokens or row.span or row.cuttable:
                yield source, row
    texts = json.loads((work / "embed_texts.json").read_text(encoding="utf-8"))
    for index, one in enumerate(tokens.encode(tokenizer, [(text, None) for text in texts], 128)):
        yield "embedding", Row(one.ids, one.types, {}, embedding=index)


def _work(rank: int, plan: Plan, world: int) -> None:
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    if device.type == "cpu":
        torch.set_num_threads(1)
    if world > 1:
        distributed.init_process_group(
            "gloo", init_method=f"tcp://127.0.0.1:{29400 + plan.seed}", rank=rank, world_size=world
        )
    torch.manual_seed(plan.seed * 100 + rank)
    model, optimiser, done, spent = _state(plan, device)
    teacher = checkpoint.load(plan.work, plan.teacher).to(device) if plan.teacher else None
    table = torch.from_numpy(np.load(plan.work / "embed_targets.npy")).to(device)
    found = packed.read(plan.work / "train.npz", rank, world)
    stream = mixture.Mixture(found, plan.batch, plan.seed * 1000 + rank + done).batches()
    report = progress.Progress(plan.work) if rank == 0 else None
    model.train()
    began, saved, synced, step, own = time.monotonic() - spent, time.monotonic(), time.monotonic(), 0, 0
    thrift = _Thrift(plan.cores / world)
    running: dict[str, list[Tensor]] = {}
    while True:
        done_part = max((time.monotonic() - began) / 60 / plan.minutes, done / plan.tokens)
        if done_part >= 1 or time.monotonic() - synced > SYNC_SECONDS:
            # the processes are at most a step apart here
            done += _averaged(model, own, world)
            own, synced = 0, time.monotonic()
            done_part = _agreed(done_part, world)
            if (
                rank == 0
                and report is not None
                and (done_part >= 1 or time.monotonic() - saved > SAVE_SECONDS)
            ):
                _save(plan, model, optimiser, done, time.monotonic() - began)
                print(f"{done / 1e6:6.2f} M tokens, held out: {report.line(model)}", flush=True)
                saved = time.monotonic()
            if done_part >= 1:
                break
        factor = max(0.01, min(1.0, (done + own + 1) / 100_000, 1 - done_part))
        for group in optimiser.param_groups:
            group["lr"] = group["peak"] * factor
        batch = next(stream)
        ids, mask, types = (tensor.to(device) for tensor in batches.collate(batch, cases=plan.cases))
        with torch.autocast(device.type, torch.bfloat16):
            states = model.encoder.states(ids, mask, types)
            logits = model.answers(states[-1], mask)
        lost = targets.losses({k: v.float() for k, v in logits.items()}, batch, table)
        if teacher is not None:
            with torch.no_grad(), torch.autocast(device.type, torch.bfloat16):
                wanted = teacher.encoder.states(ids, mask, types)
                answers = teacher.answers(wanted[-1], mask)
            lost |= targets.kept(states, logits, wanted, answers, mask)
        targets.total(lost).backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        optimiser.zero_grad()
        own += ids.numel()
        step += 1
        thrift.rest()
        for name, loss in lost.items():
            running.setdefault(name, []).append(loss.detach())
        if rank == 0 and step % PRINT_STEPS == 0:
            means = "  ".join(
                f"{name} {torch.stack(values).mean():.3f}" for name, values in sorted(running.items())
            )
            minutes = (time.monotonic() - began) / 60
            print(
                f"{minutes:6.1f} min  {(done + own * world) / 1e6:6.2f} M tokens  {done_part:5.1%}  {means}",
                flush=True,
            )
            running = {}
    if world > 1:
        distributed.barrier()
        distributed.destroy_process_group()


def _state(plan: Plan, device: torch.device) -> tuple[heads.Model, torch.optim.Optimizer, int, float]:
    """Return model, optimiser, tokens seen and seconds spent: of the interrupted run, or at its start."""
    path = plan.work / f"{plan.name}.pt"
    interrupted = torch.load(path, map_location=device, weights_only=True) if path.exists() else None
    model = _begun(plan, interrupted).to(device)
    if plan.frozen:
        kept = ("encoder.words.", "encoder.positions.", "encoder.types.", "encoder.norm.")
        kept += tuple(f"encoder.layers.{index}." for index in range(plan.frozen))
        for name, parameter in model.named_parameters():
            parameter.requires_grad_(not name.startswith(kept))
    fast = [p for name, p in model.named_parameters() if not name.startswith("encoder.") or ".types." in name]
    slow = [
        p for name, p in model.named_parameters() if name.startswith("encoder.") and ".types." not in name
    ]
    optimiser = torch.optim.AdamW(
        [{"params": slow, "peak": plan.rate}, {"params": fast, "peak": plan.head_rate}],
        weight_decay=0.01,
        betas=(0.9, 0.98),
        fused=True,
    )
    if interrupted is None:
        return model, optimiser, 0, 0.0
    optimiser.load_state_dict(interrupted["optimiser"])
    return model, optimiser, interrupted["done"], interrupted["spent"]


def _begun(plan: Plan, interrupted: Mapping[str, Any] | None) -> heads.Model:
    """Return the model that a run begins, or goes on, with."""
    if interrupted is None and plan.start is None:
        return checkpoint.based(plan.work, plan.layers)
    path = plan.work / f"{plan.start}.pt"
    state = dict((interrupted or torch.load(path, map_location="cpu", weights_only=True))["model"])
    model = checkpoint.empty(state)
    if interrupted is None and plan.blend < 1:
        base_model = checkpoint.based(plan.work, plan.layers).state_dict()
        for name in base_model:
            if name.startswith("encoder."):
                state[name] = plan.blend * state[name] + (1 - plan.blend) * base_model[name]
    # a part of a head that the start does not have begins as any other
    model.load_state_dict(model.state_dict() | state)
    return model


def _save(plan: Plan, model: heads.Model, optimiser: torch.optim.Optimizer, done: int, spent: float) -> None:
    state: dict[str, Any] = {
        "model": model.state_dict(),
        "optimiser": optimiser.state_dict(),
        "done": done,
        "spent": spent,
        "plan": json.dumps(asdict(plan) | {"work": ""}),
    }
    path = plan.work / f"{plan.name}.pt"
    torch.save(state, path.with_suffix(".tmp"))
    path.with_suffix(".tmp").rename(path)


def _agreed(progress: float, world: int) -> float:
    """Return the first process's value: all must leave the loop in the same step."""
    if world == 1:
        return progress
    value = torch.tensor(progress)
    distributed.broadcast(value, 0)
    return float(value)


def _averaged(model: heads.Model, own: int, world: int) -> int:
    """Average the weights of all processes by the tokens that each saw; return the sum of those."""
    if world == 1:
        return own
    total = torch.tensor(float(own))
    distributed.all_reduce(total)
    share = own / max(float(total), 1.0)
    weights = [parameter for parameter in model.parameters() if parameter.requires_grad]
    with torch.no_grad():
        flat = torch.cat([parameter.flatten() for parameter in weights]) * share
        distributed.all_reduce(flat)
        if total > 0:
            at = 0
            for parameter in weights:
                parameter.copy_(flat[at : at + parameter.numel()].view_as(parameter))
                at += parameter.numel()
    return int(total)


class _Thrift:
    """Rests so long that a process takes no more than a share of a core on average."""

    def __init__(self, share: float) -> None:
        self.share = min(share, 1.0)
        self.clock, self.used = time.monotonic(), time.process_time()

    def rest(self) -> None:
        """Sleep as long as the average is too high; what was not used in the past minute is forfeited."""
        used, passed = time.process_time() - self.used, time.monotonic() - self.clock
        if self.share < 1.0 and used / self.share > passed:
            time.sleep(used / self.share - passed)
        elif passed > 60:
            self.clock, self.used = time.monotonic(), time.process_time()

"""A model small enough for tests, and texts for it."""

import pytest


def pytorch():
    return pytest.importorskip("torch", reason="PyTorch is installed for training only")


def small_model(torch, seed=1):
    from training import encoder, heads

    torch.manual_seed(seed)
    trunk = encoder.Encoder(encoder.Shape(50, 2, 384, 64, 8, 64), four_bit=True)
    for parameter in trunk.parameters():
        torch.nn.init.normal_(parameter, std=0.2)
    model = heads.Model(trunk).eval()
    for parameter in model.neighbours.parameters():
        torch.nn.init.normal_(parameter, std=0.2)
    return model


def inputs(torch, seed=4):
    torch.manual_seed(seed)
    ids = torch.randint(1, 50, (3, 12))
    mask = torch.ones_like(ids)
    mask[1, 7:] = 0
    return ids, mask, torch.randint(0, 10, (3, 12))

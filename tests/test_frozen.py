"""Declarations that are frozen name the attribute that was to be set."""

from __future__ import annotations

import pickle

import pytest

from pyshield import Limits, MessagePolicy
from pyshield.messages import Decisions
from pyshield.ml import MLConfig
from pyshield.model import Model
from pyshield.shield import Cache, Pipeline, Views


@pytest.mark.parametrize(
    "declared", [Limits(), Cache(), Views(), Pipeline(), Model("m"), MLConfig(), MessagePolicy(), Decisions()]
)
def test_a_misspelt_attribute_is_named(declared):
    name = type(declared).__name__
    with pytest.raises(AttributeError, match=f"^{name}: has no attribute 'deadlin'"):
        declared.deadlin = 5
    with pytest.raises(AttributeError, match=f"^{name}: has no attribute 'deadlin'"):
        del declared.deadlin
    field = type(declared).__slots__[0]
    with pytest.raises(AttributeError, match=f"^{name}: {field}: is frozen"):
        setattr(declared, field, 5)
    assert pickle.loads(pickle.dumps(declared)) == declared

"""Which model finds the names that no pattern does: what `recognizer_conf` says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pyshield._check import Check, shown
from pyshield.model import Model

if TYPE_CHECKING:
    from typing import Final

__all__ = ["NameModel", "checked_names"]

USUAL_LABELS: Final = {
    "PERSON": "PERSON",
    "PER": "PERSON",
    "LOCATION": "LOCATION",
    "LOC": "LOCATION",
    "ORGANIZATION": "ORGANIZATION",
    "ORG": "ORGANIZATION",
    "NRP": "NRP",
    "ADDRESS": "ADDRESS",
}
"""What labels mean where nothing else is said."""

BY_MODEL: Final = tuple(dict.fromkeys(USUAL_LABELS.values()))
"""Entities that no pattern finds."""

_OUTSIDE = "O"
_MODEL, _LABELS, _IGNORED = "DEFAULT_MODEL", "MODEL_TO_PRESIDIO_MAPPING", "LABELS_TO_IGNORE"


@dataclass(frozen=True, slots=True)
class NameModel:
    """A model that labels tokens, and what its labels mean.

    Attributes:
        model: The model; `None` for the bundled one.
        labels: The entity of each label that counts, without `B-` and `I-`.
    """

    model: Model | None
    labels: Mapping[str, str]

    def to_config(self) -> dict[str, Any]:
        """As a configuration file holds it."""
        model = None if self.model is None else self.model.to_config()
        return {_MODEL: model, _LABELS: dict(self.labels)}

    def spec(self) -> dict[str, Any]:
        """As the runtime reads it; fetches a model of the hub that is not on this machine.

        Raises:
            ModelError: If the model is nowhere to be found.
        """
        model = Model.bundled() if self.model is None else self.model
        return {"model": model.source(), "head": "entities", "labels": dict(self.labels)}


def checked_names(check: Check, conf: object) -> NameModel | None:
    """The `recognizer_conf` of a scanner; `None` for patterns alone."""
    from pyshield._declarations.reads import checked_model

    if conf is None or isinstance(conf, NameModel):
        return conf
    if not isinstance(conf, Mapping):
        check.fail("recognizer_conf", f"expected a mapping or None, got {shown(conf)}")
    if _MODEL not in conf:
        check.fail("recognizer_conf", f"{_MODEL}: missing; None stands for the bundled model")
    model = checked_model(check, conf[_MODEL])
    labels = conf.get(_LABELS)
    if labels is None:
        labels = USUAL_LABELS
    if not isinstance(labels, Mapping):
        check.fail(f"recognizer_conf[{_LABELS}]", f"expected a mapping, got {shown(labels)}")
    ignored = check.texts(f"recognizer_conf[{_IGNORED}]", conf.get(_IGNORED) or ())
    field = f"recognizer_conf[{_LABELS}]"
    told = {check.text(field, label): check.text(field, entity) for label, entity in labels.items()}
    counting = {
        label: entity for label, entity in told.items() if entity != _OUTSIDE and label not in ignored
    }
    if not counting:
        check.fail(field, "no label counts")
    return NameModel(model, counting)

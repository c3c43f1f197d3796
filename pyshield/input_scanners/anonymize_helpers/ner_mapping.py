"""Models that find names, for `Anonymize` and `Sensitive`: llm-guard's choices, and the bundled one.

`ENCODER_CONF` needs nothing. The others are fetched from the Hugging Face hub when a scanner is made: their
paths, revisions and labels are llm-guard 0.3.16's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

from pyshield._private.names import USUAL_LABELS
from pyshield.model import Model

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = [
    "BERT_BASE_NER_CONF",
    "BERT_LARGE_NER_CONF",
    "BERT_ZH_NER_CONF",
    "DEBERTA_LAKSHYAKH93_CONF",
    "ENCODER_CONF",
    "DEBERTA_AI4PRIVACY_v2_CONF",
    "DISTILBERT_AI4PRIVACY_v2_CONF",
    "MDEBERTA_AI4PRIVACY_v2_CONF",
    "NERConfig",
]


class NERConfig(TypedDict, total=False):
    """Which model finds names, and what it calls them.

    Attributes:
        DEFAULT_MODEL: The model; `None` for the bundled one.
        MODEL_TO_PRESIDIO_MAPPING: The entity of each of its labels, without `B-` and `I-`; `O` for none.
        LABELS_TO_IGNORE: Labels that do not count.
        PRESIDIO_SUPPORTED_ENTITIES: Taken for llm-guard's sake: `entity_types` says what is wanted.
        DEFAULT_EXPLANATION: Likewise.
        CHUNK_OVERLAP_SIZE: Likewise: windows overlap as the model takes them.
        CHUNK_SIZE: Likewise.
        ID_SCORE_MULTIPLIER: Likewise.
        ID_ENTITY_NAME: Likewise.
    """

    DEFAULT_MODEL: Model | None
    MODEL_TO_PRESIDIO_MAPPING: Mapping[str, str]
    LABELS_TO_IGNORE: Sequence[str]
    PRESIDIO_SUPPORTED_ENTITIES: Sequence[str]
    DEFAULT_EXPLANATION: str
    CHUNK_OVERLAP_SIZE: int
    CHUNK_SIZE: int
    ID_SCORE_MULTIPLIER: float
    ID_ENTITY_NAME: str


def _labels(**entities: str) -> dict[str, str]:
    """The entity of each label, from the labels of each entity."""
    return {label: entity for entity, labels in entities.items() for label in labels.split()}


_CONLL = {"PER": "PERSON", "LOC": "LOCATION", "ORG": "ORGANIZATION"}
_CLUENER = {"name": "PERSON", "address": "LOCATION", "company": "ORGANIZATION"}
# What both families of models of private data call things.
_PRIVATE = _labels(
    PERSON="FIRSTNAME MIDDLENAME LASTNAME",
    LOCATION="STREET BUILDINGNUMBER SECONDARYADDRESS ZIPCODE CITY COUNTY STATE",
    EMAIL_ADDRESS="EMAIL",
    CREDIT_CARD="CREDITCARDNUMBER",
    CRYPTO="BITCOINADDRESS ETHEREUMADDRESS LITECOINADDRESS",
    DATE_TIME="DATE TIME",
    IBAN_CODE="IBAN",
    IP_ADDRESS="IP IPV4 IPV6",
    URL="URL",
)
_AI4PRIVACY = _PRIVATE | _labels(
    LOCATION="NEARBYGPSCOORDINATES", ORGANIZATION="COMPANYNAME", PHONE_NUMBER="PHONENUMBER"
)
_LAKSHYAKH93 = _PRIVATE | _labels(
    PERSON="FULLNAME NAME",
    LOCATION="STREETADDRESS NEARBYGPSCOORDINATE",
    ORGANIZATION="COMPANY_NAME",
    PHONE_NUMBER="PHONE_NUMBER",
    US_SSN="SSN",
)


def _of_hub(
    path: str, revision: str, labels: Mapping[str, str], apart: tuple[str, str] | None = None
) -> NERConfig:
    """A model whose ONNX file is in its repository's folder `onnx`, or `apart`: elsewhere, at a revision."""
    onnx, onnx_revision = apart or (path, revision)
    model = Model(
        path,
        revision=revision,
        onnx_path=onnx,
        onnx_revision=onnx_revision,
        onnx_subfolder="" if apart else "onnx",
    )
    return {"DEFAULT_MODEL": model, "MODEL_TO_PRESIDIO_MAPPING": labels}


ENCODER_CONF: NERConfig = {"DEFAULT_MODEL": None, "MODEL_TO_PRESIDIO_MAPPING": USUAL_LABELS}
BERT_BASE_NER_CONF = _of_hub("dslim/bert-base-NER", "5271995b4b596a059d6efbce30031042aed67cb6", _CONLL)
BERT_LARGE_NER_CONF = _of_hub("dslim/bert-large-NER", "13e784dccceca07aee7a7aab4ad487c605975423", _CONLL)
BERT_ZH_NER_CONF = _of_hub(
    "gyr66/bert-base-chinese-finetuned-ner",
    "42abc0872240300638223d0e46b9aacdcbcd2906",
    _CLUENER,
    ("ProtectAI/gyr66-bert-base-chinese-finetuned-ner-onnx", "8393f245f01cd153eb2a39fe06a3d4bb37da56fa"),
)
DISTILBERT_AI4PRIVACY_v2_CONF = _of_hub(
    "Isotonic/distilbert_finetuned_ai4privacy_v2", "51d7b98bad735ff1af5bda6a6a9a7fbebd102ac9", _AI4PRIVACY
)
DEBERTA_AI4PRIVACY_v2_CONF = _of_hub(
    "Isotonic/deberta-v3-base_finetuned_ai4privacy_v2",
    "9ea992753ab2686be4a8f64605ccc7be197ad794",
    _AI4PRIVACY,
)
MDEBERTA_AI4PRIVACY_v2_CONF = _of_hub(
    "Isotonic/mdeberta-v3-base_finetuned_ai4privacy_v2",
    "316240516ad48a82ae1b13567670093901e41b5e",
    _AI4PRIVACY,
)
DEBERTA_LAKSHYAKH93_CONF = _of_hub(
    "lakshyakh93/deberta_finetuned_pii",
    "a038061af92047b0afbbd5ca07d7aa0521789379",
    _LAKSHYAKH93,
    ("protectai/lakshyakh93-deberta_finetuned_pii-onnx", "af5a07a0cb23bdf0164ef430cc0c965019c9ee24"),
)

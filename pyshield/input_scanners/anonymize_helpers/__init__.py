"""Models that find names, for `Anonymize` and `Sensitive`, by the names that llm-guard has for them."""

from __future__ import annotations

from pyshield.input_scanners.anonymize_helpers.ner_mapping import (
    BERT_BASE_NER_CONF,
    BERT_LARGE_NER_CONF,
    BERT_ZH_NER_CONF,
    DEBERTA_LAKSHYAKH93_CONF,
    ENCODER_CONF,
    DEBERTA_AI4PRIVACY_v2_CONF,
    DISTILBERT_AI4PRIVACY_v2_CONF,
    MDEBERTA_AI4PRIVACY_v2_CONF,
    NERConfig,
)

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

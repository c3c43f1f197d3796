"""Modules that configurations are imported from."""

from __future__ import annotations

from typing import get_args

import pytest

from pyshield import Vault
from pyshield.input_scanners import Anonymize, anonymize_helpers
from pyshield.input_scanners.anonymize import entity_types
from pyshield.input_scanners.anonymize_helpers import ner_mapping
from pyshield.input_scanners.anonymize_helpers.regex_patterns import DEFAULT_REGEX_PATTERNS
from pyshield.output_scanners import Sensitive
from pyshield.transformers_helpers import ClassificationTask

TEXTS = [
    "4111-1111-1111-1111 and mail to ada [AT] example.org",
    "on 12/24/2025 at 10:30 for $ 9.99, #ff8800, P.O. Box 123, https://example.org/a",
    "550e8400-e29b-41d4-a716-446655440000, 123-45-6789, 1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa",
    "13912345678 or (202) 555-0175 ext. 12",
]


def test_the_models_that_find_names():
    assert set(ner_mapping.__all__) == set(anonymize_helpers.__all__)
    assert ner_mapping.BERT_LARGE_NER_CONF is anonymize_helpers.BERT_LARGE_NER_CONF


def test_the_tasks_of_a_pipeline():
    assert get_args(ClassificationTask) == ("text-classification", "zero-shot-classification")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_llm_guard_s_groups_and_more(language):
    ticket = {"name": "TICKET", "expressions": [r"T-\d+"], "languages": ["en", "zh"]}
    names = [name for name in entity_types() if name != "CUSTOM"]
    usual = {"language": language, "redact": True}
    without = Sensitive(entity_types=names, **usual)
    listed = Sensitive(entity_types=names, regex_patterns=DEFAULT_REGEX_PATTERNS, **usual)
    more = [*DEFAULT_REGEX_PATTERNS, ticket]
    added = Sensitive(entity_types=[*names, "TICKET"], regex_patterns=more, **usual)
    for text in TEXTS:
        found = without.scan("", text)
        assert found[1] is False
        assert listed.scan("", text) == added.scan("", text) == found
    assert added.scan("", "T-12")[0] == "<TICKET>"
    scanner = Anonymize(Vault(), entity_types=["TICKET"], regex_patterns=more)
    assert scanner.scan("T-12 at 10:30")[0] == "[REDACTED_TICKET_1] at 10:30"

"""Runs Presidio's pattern recognisers over texts, in an environment that has presidio-analyzer.

Reads `{"texts": […], "entities": […], "rounds": n}` as JSON from standard input and writes the spans found
and the seconds of each round. The recognisers are called directly, without a language model and the context
words that need one; of what they find twice one is kept, as Presidio's engine does, outside the time.
"""

import json
import sys
import time
from importlib import import_module, metadata


def recognizers(entities):
    package = import_module("presidio_analyzer.predefined_recognizers")
    skip = {"SpacyRecognizer", "StanzaRecognizer", "TransformersRecognizer", "GLiNERRecognizer"}
    found = []
    for name in dir(package):
        kind = getattr(package, name)
        if not name.endswith("Recognizer") or name in skip or not isinstance(kind, type):
            continue
        try:
            one = kind()
        except Exception:  # noqa: BLE001  # needs a service or a model
            continue
        if set(one.supported_entities) & set(entities):
            found.append(one)
    return found


def main():
    given = json.load(sys.stdin)
    used = recognizers(given["entities"])
    seconds = []
    for _ in range(given["rounds"]):
        began = time.process_time()
        spans = [
            [one for recognizer in used for one in recognizer.analyze(text, given["entities"], None) or ()]
            for text in given["texts"]
        ]
        seconds.append(time.process_time() - began)
    once = import_module("presidio_analyzer").EntityRecognizer.remove_duplicates
    spans = [[(one.entity_type, one.start, one.end, one.score) for one in once(found)] for found in spans]
    json.dump(
        {"version": metadata.version("presidio-analyzer"), "spans": spans, "seconds": seconds}, sys.stdout
    )


main()

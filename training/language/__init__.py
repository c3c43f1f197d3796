"""Language identification: character n-grams, linear weights, quantised into one small table.

`runtime/core/src/language` reads that table and reads texts as `words` does here; a recorded set of texts and
their features holds the two to the same.
"""

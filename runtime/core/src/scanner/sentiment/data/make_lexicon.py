"""Writes the data of the sentiment scanner: lexicon.tsv and modifiers.tsv, beside this file.

The source is nltk's own copy of the VADER lexicon and nltk's lists of modifiers, so that scores are equal
to nltk's. Run it where nltk and its `vader_lexicon` package are installed:

    python -m nltk.downloader vader_lexicon && python make_lexicon.py

nltk looks up lower-cased tokens that hold no white space and at least two characters. Entries that no such
token can equal (`:D`, `fed up`, `l`, 18 in nltk's package of 7,502) are dead and left out.
"""

from pathlib import Path

from nltk.sentiment.vader import SentimentIntensityAnalyzer

HERE = Path(__file__).parent


def reachable(word: str) -> bool:
    """Whether a lower-cased token can be this entry."""
    return word.isascii() and word == word.lower() and len(word) > 1 and len(word.split()) == 1


def main() -> None:
    """Writes both files."""
    analyzer = SentimentIntensityAnalyzer()
    constants = analyzer.constants

    lexicon = sorted((word, valence) for word, valence in analyzer.lexicon.items() if reachable(word))
    (HERE / "lexicon.tsv").write_text("".join(f"{word}\t{valence}\n" for word, valence in lexicon))

    modifiers = [(word, "negation") for word in constants.NEGATE]
    for word, change in constants.BOOSTER_DICT.items():
        if reachable(word):
            modifiers.append((word, "booster" if change > 0 else "dampener"))
    (HERE / "modifiers.tsv").write_text("".join(f"{word}\t{kind}\n" for word, kind in sorted(modifiers)))


if __name__ == "__main__":
    main()

"""The language of a note, among French, English and Chinese: a guess kept only where the words are enough for one."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

SPOKEN = ("fr", "en", "zh")
HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")
WORD = re.compile(r"[^\W\d_]{2,}")
SURE = 0.70  # probability below which a note of few words has no language rather than a wrong one


def languages(texts: Iterable[str | None]) -> list[str | None]:
    """The language of each text; None for figures, names alone and words that could be of two languages."""
    found: dict[str | None, str | None] = {None: None}
    out = []
    for text in texts:
        if text not in found:
            found[text] = _language(text)
        out.append(found[text])
    return out


def _language(text: str) -> str | None:
    others = HAN.sub(" ", text)
    words = WORD.findall(others)
    if len(HAN.findall(text)) > len(words):  # a Chinese character says about as much as a word
        return "zh"
    if not words:
        return None
    lang, probability = _identifier().classify(others)
    return lang if probability >= SURE else None


@cache
def _identifier():
    """One model for a session: it takes a tenth of a second to load."""
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages(list(SPOKEN[:2]))
    return identifier

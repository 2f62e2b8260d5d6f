"""The catalogue of words in the languages people read: Chinese first, then English and Spanish.

Each feature's `messages.py` adds its own words, the three languages of a sentence side by side, so that a reader of
one sees the others. A sentence that is missing in a language cannot be added.
"""

from __future__ import annotations

from collections.abc import Mapping
from string import Formatter
from typing import Literal

from handlers.chat import Line, Span

Language = Literal["zh", "en", "es"]
LANGUAGES: tuple[Language, ...] = ("zh", "en", "es")
LANGUAGE_NAMES: dict[Language, str] = {"zh": "中文", "en": "English", "es": "Español"}

_catalogue: dict[str, dict[Language, str]] = {}


def add(feature: str, words: Mapping[str, tuple[str, str, str]]) -> None:
    """Add a feature's sentences: key → (Chinese, English, Spanish). Raises ValueError on a gap or a second meaning."""
    for name, sentences in words.items():
        key = f"{feature}.{name}"
        if key in _catalogue:
            raise ValueError(f"{key} has words already")
        if not all(sentences):
            raise ValueError(f"{key} lacks a language")
        holes = {_holes(sentence) for sentence in sentences}
        if len(holes) != 1:
            raise ValueError(f"{key} names different values in its languages: {sentences}")
        _catalogue[key] = dict(zip(LANGUAGES, sentences, strict=True))


def say(language: str, key: str, /, **values: object) -> str:
    """Return the sentence of this key with its values filled in. Raises KeyError for an unknown key or value."""
    return _catalogue[key][language_of(language)].format(**values)


def say_line(language: str, key: str, /, **values: str | Span) -> Line:
    """Return the sentence as a line; a value that is a span keeps its style."""
    spans: list[Span] = []
    for literal, name, _, _ in Formatter().parse(_catalogue[key][language_of(language)]):
        if literal:
            spans.append(Span(literal))
        if name is not None:
            value = values[name]
            spans.append(value if isinstance(value, Span) else Span(value))
    return tuple(spans)


def has(key: str) -> bool:
    """Say whether this key has words."""
    return key in _catalogue


def keys() -> list[str]:
    """Return every key of the catalogue, sorted."""
    return sorted(_catalogue)


def sentences(key: str) -> dict[Language, str]:
    """Return the sentences of a key as they stand, unfilled."""
    return dict(_catalogue[key])


def language_of(tag: str) -> Language:
    """Return the language of a tag such as `zh-hans-CN` or `es_MX`; English for one we do not speak."""
    head = tag.replace("_", "-").split("-")[0].lower()
    return head if head in LANGUAGES else "en"


def _holes(sentence: str) -> frozenset[str]:
    return frozenset(name for _, name, _, _ in Formatter().parse(sentence) if name is not None)

"""Code columns: a small vocabulary with the words that stand for each code."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from graphkit.values.clean import read_text
from graphkit.values.names import norm_name
from graphkit.values.reasons import Parsed


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Normalised word → code. `loose` also takes a longer wording that contains exactly one longest known word."""

    words: Mapping[str, str]
    loose: bool = False

    def find(self, text: str) -> tuple[str, bool] | None:
        """The code for a wording, and whether the wording was known exactly; None when it means nothing."""
        word = norm_name(text)
        if word in self.words:
            return self.words[word], True
        if not self.loose:
            return None
        inside = sorted((w for w in self.words if len(w) >= 2 and w in word), key=len, reverse=True)
        longest = {self.words[w] for w in inside if len(w) == len(inside[0])}
        return (longest.pop(), False) if len(longest) == 1 else None


def read_code(text: str, vocabulary: Vocabulary | None) -> Parsed[str]:
    """A code cell: the code, or the cleaned wording when no vocabulary has it.

    Notes: `unknown-code` (there is a vocabulary without it), `guessed-code` (found inside a longer wording).
    """
    written = read_text(text)
    if written.value is None or vocabulary is None:
        return written
    found = vocabulary.find(written.value)
    if found is None:
        return Parsed(written.value, "unknown-code")
    return Parsed(found[0], None if found[1] else "guessed-code")

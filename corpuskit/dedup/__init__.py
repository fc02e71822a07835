"""Which of equal articles is kept, decided on keys alone."""

from corpuskit.dedup.exact import Keys, duplicates, same_ids, shared, words

__all__ = ["Keys", "duplicates", "same_ids", "shared", "words"]

"""Policy answers for residents: sourced, dated, allowed, or an honest offer of a person."""

from knowledge.answer import Answer
from knowledge.facts import BadData
from knowledge.library import Library

__all__ = ["Answer", "BadData", "Library"]

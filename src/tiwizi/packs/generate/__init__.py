"""A made-up mutual for demonstrations, tests and benchmarks."""

from tiwizi.packs.generate.mutual import UNTIL, generate
from tiwizi.packs.generate.summary import Summary

__all__ = ["UNTIL", "Summary", "generate"]

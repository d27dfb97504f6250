"""What a claim is judged to be, and why."""

from typing import NamedTuple

VERDICTS = (
    "agrees",
    "contradicts data",
    "contradicts claim",
    "bound broken",
    "ambiguous",
    "not traceable",
    "literature",
)
ERRORS = ("contradicts data", "contradicts claim", "bound broken")


class Judgement(NamedTuple):
    verdict: str
    reason: str
    found: str = ""
    suggestion: str = ""

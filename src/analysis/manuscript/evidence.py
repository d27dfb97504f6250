"""What the study's codings say: counts of each theme under each rule, and facts of the study."""

from dataclasses import dataclass, field
from typing import NamedTuple

import pandas as pd


class Count(NamedTuple):
    """Essays with a theme: unresolved ones counted as absent (low) and as present (high), of N."""

    low: int
    high: int
    N: int

    @property
    def text(self):
        return str(self.low) if self.low == self.high else f"{self.low}-{self.high}"


@dataclass(frozen=True)
class Evidence:
    """The codings that a manuscript is held against. Without data all is empty or None.

    Attributes
    ----------
    rule : str
        The consensus rule whose counts the manuscript prints ("adjudicated", "all", a coder ...).
    cells : DataFrame or None
        rule, theme, essay_id, status (present, absent, unresolved): the declared rule, each
        coder, and where there are several coders all, majority and any. Codes may stand among
        the themes under the declared rule.
    facts : dict
        What the study's files count: essays, coders, codes, themes (top level), sub-themes ->
        int; a plural noun -> (k, N) for a share that the study can give ("combinations" ->
        disagreements of cells).
    coefficients : DataFrame or None
        coefficient (alpha, kappa; agreement, a share from 0 to 1), of (theme or code, '' for all
        together), value.
    """

    rule: str = ""
    cells: pd.DataFrame | None = None
    facts: dict = field(default_factory=dict)
    coefficients: pd.DataFrame | None = None

    def counts(self):
        """rule -> theme -> Count."""
        if self.cells is None:
            return {}
        table = pd.crosstab([self.cells["rule"], self.cells["theme"]], self.cells["status"])
        table = table.reindex(columns=["present", "unresolved", "absent"], fill_value=0)
        found = {}
        for (rule, theme), row in zip(table.index, table.to_numpy().tolist(), strict=True):
            present, unresolved, _ = row
            found.setdefault(rule, {})[theme] = Count(present, present + unresolved, sum(row))
        return found

    def together(self, themes):
        """Essays with all of the themes, under the declared rule; None without data."""
        if self.cells is None:
            return None
        cells = self.cells[self.cells["rule"].eq(self.rule) & self.cells["theme"].isin(themes)]
        if cells["theme"].nunique() < len(themes):
            return None
        status = cells.pivot(index="essay_id", columns="theme", values="status")
        low = int(status.eq("present").all(axis=1).sum())
        high = int(status.isin(["present", "unresolved"]).all(axis=1).sum())
        return Count(low, high, len(status))


def rule_in_words(rule):
    """'A' -> "coder A's first pass"; 'any' -> 'what any coder marked'."""
    words = {
        "adjudicated": "the adjudicated coding",
        "all": "what all coders marked",
        "any": "what any coder marked",
        "majority": "what most coders marked",
    }
    return words.get(rule, f"coder {rule}'s first pass")

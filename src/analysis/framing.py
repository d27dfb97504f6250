"""How a study's approach frames what is found: words, places and order, never a number."""

from dataclasses import dataclass

import pandas as pd


@dataclass(frozen=True)
class Framing:
    """What one approach to thematic analysis says where another says it otherwise.

    Attributes
    ----------
    comparison : str
        What comparing two readings is called.
    disagreements : {"richest first", "most divided code first", "lowest agreement first"}
        The order in which they are read.
    counts_in_text, coefficients_in_text : bool
        False: the counts of themes, or the coefficients of agreement, stand in a supplement.

    References
    ----------
    Braun & Clarke 2021, Qualitative Research in Psychology 18:328 (three kinds of thematic
    analysis; coding reliability is not a measure of quality in all of them).
    """

    comparison: str
    disagreements: str
    counts_in_text: bool = True
    coefficients_in_text: bool = True

    @property
    def coefficients(self):
        """What the coefficients of agreement are headed with."""
        place = "" if self.coefficients_in_text else "Supplement: "
        return place + ("coefficients" if place else "Coefficients") + " of agreement"


FRAMINGS = {
    "reflexive": Framing(
        "Convergence and divergence between readings",
        "richest first",
        counts_in_text=False,
        coefficients_in_text=False,
    ),
    "codebook": Framing("Agreement between coders", "most divided code first"),
    "coding_reliability": Framing("Intercoder reliability", "lowest agreement first"),
}
OPTIONAL = (
    "An agreement coefficient is optional in thematic analysis: it describes how alike the first "
    "passes were, before any discussion."
)


def in_reading_order(disagreements, agreement, framing):
    """Disagreements in the order in which the approach reads them.

    Parameters
    ----------
    disagreements : DataFrame
        essay_id, code, richness.
    agreement : DataFrame
        code, alpha. An undefined alpha comes last.
    """
    if framing.disagreements == "richest first":
        keys = -disagreements["richness"]
    elif framing.disagreements == "most divided code first":
        keys = -disagreements["code"].map(disagreements["code"].value_counts())
    else:
        alpha = agreement.set_index("code")["alpha"]
        keys = disagreements["code"].map(alpha).astype(float)
    order = pd.DataFrame({"key": keys, "code": disagreements["code"]}).sort_values(
        ["key", "code"], kind="stable", na_position="last"
    )
    return disagreements.loc[order.index].reset_index(drop=True)

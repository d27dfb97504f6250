"""What a study's approach changes in a report: headings and places, never a number.

The three kinds of thematic analysis are those that Braun and Clarke tell apart (2021,
10.1080/14780887.2020.1769238).
"""

from typing import NamedTuple


class Framing(NamedTuple):
    """How one approach presents what the pipeline found.

    Attributes
    ----------
    comparison : str
        Heading of what compares the coders' first passes.
    counts_in_text, coefficients_in_text : bool
        False: they stand in the supplement.
    """

    comparison: str
    counts_in_text: bool
    coefficients_in_text: bool


FRAMINGS = {
    "reflexive": Framing("Convergence and divergence between readings", False, False),
    "codebook": Framing("Agreement between coders", True, True),
    "coding_reliability": Framing("Intercoder reliability", True, True),
}

OPTIONAL = (
    "An agreement coefficient is optional in thematic analysis: it describes how alike the first "
    "passes were, before any discussion."
)

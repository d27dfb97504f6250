"""Profiles: what a publisher asks of a figure, and how ours are drawn to satisfy it."""

from dataclasses import dataclass

NO_LIMIT = float("inf")


@dataclass(frozen=True)
class Profile:
    """What a figure has to be.

    Attributes
    ----------
    one_column, two_columns : int
        Widths in mm.
    highest : int
        Height of the page in mm; where the publisher does not say, that of A4 less its margins.
    text_pt, small_pt : float
        Letters as we draw them: words, and numbers where room is short.
    smallest_pt, largest_pt, thinnest_pt, thickest_pt : float
        Letters and lines that are allowed.
    dpi : int
        Least resolution of a picture of lines and letters.
    typefaces : tuple of str
        Those asked for; empty: any.
    gridlines : bool
        Whether lines behind the data are allowed.
    """

    name: str
    one_column: int
    two_columns: int
    text_pt: float
    small_pt: float
    smallest_pt: float
    highest: int = 240
    largest_pt: float = NO_LIMIT
    thinnest_pt: float = 0
    thickest_pt: float = NO_LIMIT
    dpi: int = 300
    typefaces: tuple = ()
    gridlines: bool = True

    @property
    def widths(self):
        return self.one_column, self.two_columns


GENERIC = Profile("generic", 85, 180, text_pt=8, small_pt=7, smallest_pt=7)

# research-figure-guide.nature.com
NATURE = Profile(
    "nature",
    89,
    183,
    text_pt=7,
    small_pt=6,
    smallest_pt=5,
    largest_pt=7,
    highest=170,
    typefaces=("Arial", "Helvetica"),
    gridlines=False,
)

# BioMed Central's page on figures.
BMC = Profile("bmc", 85, 176, text_pt=8, small_pt=8, smallest_pt=8, thinnest_pt=0.5)

# Elsevier's pages on artwork. Its 500 dpi are for pictures of lines and letters together.
ELSEVIER = Profile(
    "elsevier",
    90,
    190,
    text_pt=7,
    small_pt=7,
    smallest_pt=7,
    highest=240,
    thinnest_pt=0.1,
    thickest_pt=1.5,
    dpi=500,
    typefaces=("Arial", "Helvetica", "Courier", "Times", "Symbol"),
)

PROFILES = {profile.name: profile for profile in (GENERIC, NATURE, BMC, ELSEVIER)}

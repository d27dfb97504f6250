"""Coefficients of agreement between coders, as a manuscript writes them."""

import re

from analysis.manuscript.pieces import Found

AGREEMENT = re.compile(
    r"""(?P<name>(?:krippendorff(?:'s)?\s|cohen(?:'s)?\s|fleiss(?:'s|')?\s|gwet(?:'s)?\s|scott(?:'s)?\s)?
      (?:alpha|kappa|α|κ|icc|ac1|pabak|intraclass\scorrelation(?:\scoefficient)?
      |agreement|concordance|reliability))
    (?:\s(?:coefficients?|values?|scores?|statistics?|rate|level))?
    (?:\s?[(\[](?:[κα]|k|kappa|alpha|icc)[)\]])?
    (?:\s(?:between|among|of|for|across|on)\s(?:the\s)?(?:[\w%]+\s){0,4}?(?=was|were|is|of|at|reached))?
    \s{0,2}(?:=|:|was|were|is|of|at|reached|reaching|averaged|exceeded|ranged|ranging|being|equal(?:l?ed|s)?
      |>|≥|<|\(|\[)
    \s{0,2}(?:(?:from|between|to|of|at|found|calculated|good|high|excellent|substantial|be|almost|perfect|as
      |very|strong|[(\[,κα=]|kappa|alpha|=)\s{0,2}){0,5}
    (?P<low>-?[01]?[.·]\d{1,4}|\d{1,3}(?:\.\d+)?\s?(?:%|per\s?cent))
    (?:\s{0,2}(?:to|–|-|and)\s{0,2}(?P<high>-?[01]?[.·]\d{1,4}|\d{1,3}(?:\.\d+)?\s?(?:%|per\s?cent)))?
    """,
    re.VERBOSE | re.IGNORECASE,
)
AGREEMENT_STARTS = set(
    """krippendorff cohen fleiss gwet scott alpha kappa α κ icc ac1 pabak intraclass agreement
    concordance reliability""".split()
)


def coefficient(view, at):
    """The coefficient that begins at a place: 'kappa was 0.81', 'alpha = .64 to .92', or None."""
    match = AGREEMENT.match(view, at)
    around = view[max(0, at - 60) : at + 60].lower()
    if not match or "cronbach" in around or "significan" in around:
        return None
    inner = re.search(r"κ|kappa|α|alpha", match[0], re.IGNORECASE)
    name = inner[0] if inner else match["name"]
    found = {"kind": "coefficient", "unit": " ".join(name.lower().split())}
    for name, group in (("value", "low"), ("value_high", "high")):
        words = match[group]
        if words:
            share = re.search(r"%|per", words)
            number = float(re.match(r"-?[\d.·]+", words)[0].replace("·", "."))
            found[name] = number
            if share and name == "value":
                found["percent"] = number
    if "percent" in found and found["value"] > 100:
        return None
    return Found(at, match.end(), found)

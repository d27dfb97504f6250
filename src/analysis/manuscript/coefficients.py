"""Coefficients of agreement between coders, as a manuscript writes them."""

import re

from analysis.manuscript.pieces import Found

NAME = r"""(?P<name>(?:(?:krippendorff|cohen|gwet|scott)(?:'s)?\s|fleiss(?:'s|')?\s)?
      (?:alpha|kappa|α|κ|icc|ac1|pabak|intraclass\scorrelation(?:\scoefficient)?
      |agreement|concordance|reliability))
    (?:\s(?:coefficients?|values?|scores?|statistics?|rate|level))?
    (?:\s?[(\[](?:[κα]|k|kappa|alpha|icc)[)\]])?"""
NUMERAL = r"-?[01]?[.·]\d{1,4}|\d{1,3}(?:\.\d+)?\s?(?:%|per\s?cent)"
AGREEMENT = re.compile(
    rf"""{NAME}
    (?:\s(?:between|among|of|for|across|on)\s(?:the\s)?(?:[\w%]+\s){{0,4}}?(?=was|were|is|of|at|reached))?
    \s{{0,2}}(?:=|:|was|were|is|of|at|reached|reaching|averaged|exceeded|ranged|ranging|being
      |equal(?:l?ed|s)?|>|≥|<|\(|\[)
    \s{{0,2}}(?:(?:from|between|to|of|at|found|calculated|good|high|excellent|substantial|be|almost
      |perfect|as|very|strong|[(\[,κα=]|kappa|alpha|=)\s{{0,2}}){{0,5}}
    (?P<low>{NUMERAL})(?:\s{{0,2}}(?:to|–|-|and)\s{{0,2}}(?P<high>{NUMERAL}))?""",
    re.VERBOSE | re.IGNORECASE,
)
CHANGED = re.compile(  # 'alpha rose from .62 to .79'
    rf"""{NAME}
    \s(?:\w+ly\s)?(?:rose|rising|fell|falling|went|grew|dropped|moved
      |(?:increas|improv|climb|declin|decreas)(?:ed|ing))
    \sfrom\s(?:{NUMERAL})\sto\s(?P<low>{NUMERAL})""",
    re.VERBOSE | re.IGNORECASE,
)
AGREEMENT_STARTS = set(
    """krippendorff cohen fleiss gwet scott alpha kappa α κ icc ac1 pabak intraclass agreement
    concordance reliability""".split()
)


def coefficient(view, at):
    """The coefficient that begins at a place: 'kappa was 0.81', 'alpha = .64 to .92', or None.

    Of one that changed in the course of the coding, the last value, with 'reaching' before it.
    """
    changed = CHANGED.match(view, at)
    match = changed or AGREEMENT.match(view, at)
    around = view[max(0, at - 60) : at + 60].lower()
    if not match or "cronbach" in around or "significan" in around:
        return None
    inner = re.search(r"κ|kappa|α|alpha", match[0], re.IGNORECASE)
    name = inner[0] if inner else match["name"]
    found = {"kind": "coefficient", "unit": " ".join(name.lower().split())}
    groups = [("value", "low")] if changed else [("value", "low"), ("value_high", "high")]
    for name, group in groups:
        words = match[group]
        if words:
            number = float(re.match(r"-?[\d.·]+", words)[0].replace("·", "."))
            found[name] = number
            if name == "value" and re.search(r"%|per", words):
                found["percent"] = number
    if changed:
        found["comparator"] = "reaching"
    if "percent" in found and found["value"] > 100:
        return None
    return Found(at, match.end(), found)

"""What is never a claim, and why: citations, quotations, and numbers whose neighbours say so."""

import re

from analysis.manuscript.lexicon import LITERATURE_NOUNS, NUMBER, any_of, is_past

SAME_LENGTH = str.maketrans(
    {
        **dict.fromkeys('*_“”"„«»`\u00a0\u2009\u200a\u202f\u2002\u2003\u2007\t\n\r\f\v\u0085', " "),
        **dict.fromkeys("\x1c\x1d\x1e\x1f\u2028\u2029\u3000\u1680\u205f", " "),
        **dict.fromkeys("\u2000\u2001\u2004\u2005\u2006\u2008", " "),
        **dict.fromkeys("‘’ʼ′", "'"),
        **dict.fromkeys("‐\u2011", "-"),
        "\u00ad": " ",
        "⁄": "/",
        "∕": "/",
        "＝": "=",
    }
)


def plain_view(text):
    """The text with italic marks, quotation marks and odd white space blanked, offset for offset.

    '(*n* = 21)' reads '( n  = 21)'; apostrophes are straight, hyphens plain.
    """
    return text.translate(SAME_LENGTH)


# Spans -----------------------------------------------------------------------------------------

YEAR = r"(?:1[89]|20)\d{2}[a-z]?"
CITATIONS = re.compile(
    rf"""
      \[\s?\d{{1,3}}[a-z]?(?:\s?[,;–-]\s?\d{{1,3}}[a-z]?){{0,40}}\s?\]        # [1,3-5]
    | \((?!\s?[nN]\s?=)[^()\d]{{0,120}}[A-Z][^()\d]{{0,120}},?\s{YEAR}\b   # (Ho, 2019)
      [^()]{{0,300}}\)
    | (?<=[A-Za-z.])\s\({YEAR}(?:,\s[^()]{{0,30}})?\)                        # Ho and Lee (2019)
    | (?<=[a-z][.,])\d{{1,3}}(?:[,–-]\d{{1,3}}){{0,10}}(?=\s|$)              # burnout.12,13
    | [¹²³⁰⁴-⁹]+(?:[,–-][¹²³⁰⁴-⁹]+)*
    | \^\d{{1,3}}(?:[,–-]\d{{1,3}}){{0,10}}\^?
    """,
    re.VERBOSE,
)
# A passage of so many words in quotation marks is somebody's speech; fewer are a name or an irony.
SPOKEN_WORDS = 5
QUOTATIONS = re.compile(
    r"“[^“”]{1,3000}”"
    r"|\"[^\"]{1,3000}\""
    r"|«[^«»]{1,3000}»"
    r"|‘[^‘“]{1,3000}?(?<![s])’(?![\w])|‘[^‘“]{1,3000}?’(?=[\s.,;:)\]]{0,2}(?:$|[(\[—–-]|[A-Z]))"
    r"|(?<![\w])'(?=\w)[^'\n]{1,400}(?:'(?=\w)[^'\n]{1,400}){0,12}(?<=[.,;!?…\w])'(?!\w)"
)
ATTRIBUTION = re.compile(
    r"""[(\[—–-]\s{0,2}
        (?:[A-Z]{1,4}[-_\s]?\d{1,3}|(?:Participant|Respondent|Interviewee|Informant|Nurse|Student
        |Patient|Teacher|Parent|Mother|Father|Carer|Caregiver|Doctor|Physician|GP|Midwife|FG
        |Focus\ group|Interview|Essay|[A-Z][a-z]{2,12}(?:\s[a-z]{2,12})?)[,\s]\s?\#?\w{0,12}\d?)
        [^()\[\]\n]{0,80}[)\]]?[.\s]{0,3}$""",
    re.VERBOSE,
)
FIRST_PERSON = re.compile(r"\b(?:I|I'm|I've|I'd|me|my|myself)\b")
OWN_COUNT = re.compile(r"\b[nN]\s{0,2}=|%|\bout of\b|\bparticipants?\b.{0,60}\bsaid\b")


def citation_spans(text):
    return [match.span() for match in CITATIONS.finditer(text)]


def quotation_spans(text):
    """Passages of a block in quotation marks that are long enough to be speech."""
    return [
        match.span() for match in QUOTATIONS.finditer(text) if len(match[0].split()) >= SPOKEN_WORDS
    ]


def is_block_quotation(text):
    """Is a whole paragraph speech, by a source at its end and a speaker who says I?"""
    return bool(
        ATTRIBUTION.search(text[-140:]) and FIRST_PERSON.search(text) and not OWN_COUNT.search(text)
    )


# Neighbours ------------------------------------------------------------------------------------

MONTHS = (
    "January February March April May June July August September October November December "
    "Jan Feb Mar Apr Jun Jul Aug Sep Sept Oct Nov Dec"
).split()
_MONTH = any_of(MONTHS) + r"\b\.?"
_TO = r"\s{0,2}(?:–|—|-|to\b|or\b|and\b)\s{0,2}"
_TIME = any_of(
    "year years yr yrs year's years' month months week weeks day days hour hours hr hrs minute "
    "minutes min mins second seconds decade decades semester semesters term terms night nights "
    "times occasions century centuries h y".split()
)

# The word before a number -> why the number is no claim. Plural forms only where they label, too.
_LABELS = """
table tables figure figures fig figs box boxes appendix appendices phase phases step steps stage
stages chapter chapters section sections part parts theme subtheme sub-theme category question
questions item items page pages p pp aim aims objective objectives level grade type types cycle
cycles round rounds wave waves tier line lines row rows column columns panel model hypothesis
study experiment rq week month year time scenario supplement file volume vol issue room ward bed
unit site school hospital criterion criteria domain domains
""".split()
_NAMES = """
participant respondent interviewee informant nurse student patient teacher parent mother father
carer caregiver doctor physician midwife coder rater researcher interview group case essay
transcript diary subject fg gp hcp family pt participants respondents interviewees informants nurses
students patients teachers parents interviews groups
""".split()
_VERSIONS = """
nvivo maxqda spss ti dedoose quirkos taguette stata sas r excel word windows zoom teams version
release edition dsm icd v python
""".split()
_IDENTIFIERS = """
no nr number ref reference protocol approval grant award irb hrec id registration issn isbn pmid
pmcid doi licence license code
""".split()
_STATISTICS = """
mean median average sd iqr ci range ranging ranged ratio score scores scored
""".split()
PREVIOUS_WORD = {
    **dict.fromkeys(_LABELS, "label of a table, figure or part"),
    **dict.fromkeys(_NAMES, "name of a participant"),
    **dict.fromkeys(_VERSIONS, "version"),
    **dict.fromkeys(_IDENTIFIERS, "identifier"),
    **dict.fromkeys((month.lower() for month in MONTHS if month != "May"), "date"),
    **dict.fromkeys("aged age ages".split(), "duration or age"),
    **dict.fromkeys(_STATISTICS, "statistic"),
}
# 'one' after these is a pronoun.
PRONOUN_AFTER = set("no any every some each which this that the number day last".split())

# What stands right before a number: the last sign, and the pattern up to the number.
BEFORE = [
    ("statistic", "=<>≤≥±:−", re.compile(
        r"(?:\b(?:p|P|SD|SE|SEM|M|Mdn|IQR|CI|df|OR|RR|HR|AOR|t|F|r|d|z|U|Z|R2|range|mean|median|age"
        r"|average|Mean|Median|Range)|[χβηρσµμ)²±])\s{0,3}²?\s{0,3}[=<>≤≥:±]\s{0,2}[=−-]?\s?$")),
    ("statistic", "offsme", re.compile(
        r"\b(?:mean|median|average|SD|IQR|CI|score|scores|range|aged?)\s(?:age\s|score\s)?"
        r"(?:of|was|from|is)\s$"
        r"|\b(?:mean|median|average)\b[^.;,]{1,30}\s(?:was|were|of|is)\s$", re.I)),
    ("duration or age", "mnr", re.compile(
        r"\b(?:aged|ages|age)\s(?:from|between|of|over|under)\s$", re.I)),
    ("money", "$£€¥₹", re.compile(r"[$£€¥₹]\s?$")),
    ("list number", "([", re.compile(r"(?:^|[\s:;,.])[(\[]$")),
    ("identifier", "#/:@", re.compile(r"(?:#|\w[/@:])$")),
    ("scale", "fm(", re.compile(
        r"\b(?:scale|Likert)\b[^.;]{0,20}(?:of|from|\()\s{0,2}$", re.I)),
    ("hyphen compound", "-", re.compile(r"[A-Za-z]-$")),
]  # fmt: skip
# What stands right after a number.
AFTER = [
    ("decimal", r"[.·]\d"),
    ("date", rf"(?:st|nd|rd|th)?\s{{1,3}}(?:of\s)?{_MONTH}|[-/.]\d{{1,2}}[-/.]\d{{2,4}}"),
    ("time of day", r"\s{0,2}(?::\d\d(?!\d)|[ap]\.?m\b|o'clock)"),
    ("identifier", r"(?:/[A-Za-z]|[A-Za-z_@]|:\d{3})"),
    ("duration or age",
     rf"(?:{_TO}(?:{NUMBER}|\d{{1,3}}\.\d))?[-\s]{{1,3}}(?:(?P<word>[a-z]{{3,12}})[-\s])?{_TIME}(?![\w-])"
     r"(?!\s(?:nurses?|students?|residents?|trainees?|registrars?)\b)"),
    ("statistic", r"\s{0,2}(?:±|%?\s{0,2}(?:CI\b|confidence|credible))"),
    ("money", r"\s{0,2}(?:dollars|pounds|euros|cents|USD|GBP|EUR|AUD|CAD)\b"),
    ("large number", r"\s{1,3}(?:thousand|million|billion)\b"),
    ("measure", r"\s?(?:mg|kg|µg|μg|g|ml|mL|cm|mm|km|m2|kb|MB|GB|°|℃|bpm|mmHg|kcal|miles|beds?)\b"
     r"|-bed"),
    ("scale", r"[-\s]point\b"),
    ("ratio", r"\s?:\s?\d"),
    ("range", rf"\s{{0,2}}(?:–|—|-|to\b|or\b)\s{{0,2}}(?:{NUMBER}|\d)"),
    ("hyphen compound", r"[-–](?!-)[A-Za-z]"),
    ("idiom", r"(?<=one)\s(?:another|by\sone|hand|day|of\sthe\smost|way|time|can|must|may|might)\b"
     r"|(?<=one)\s\w{1,20}\s(?:at\sa\stime|to\sanother|to\sthe\snext|or\sanother|per\b)"),
]  # fmt: skip
AFTER = [(reason, re.compile(pattern, re.IGNORECASE)) for reason, pattern in AFTER]
BETWEEN_CLAUSES = set("from with during after before over".split())
OF_LITERATURE = re.compile(
    rf"\s{{1,3}}(?:[a-z-]{{2,15}}\s){{0,2}}?{any_of(LITERATURE_NOUNS)}\b", re.IGNORECASE
)
LIST_END = re.compile(r"[)\]]|[.)]\s")
CARRIED = re.compile(r"\s{0,2}(?:,|;|and|&|to|or|–|—|-|,\s?and)\s{0,2}[(\[]?$")
CARRYING = {
    "label of a table, figure or part",
    "name of a participant",
    "duration or age",
    "date",
    "range",
    "scale",
    "statistic",
}
BARE_YEAR = re.compile(r"(?:1[89]|20)\d{2}$")
LAST_WORDS = re.compile(r"(?:([\w']+)\s{1,3})?([\w-]+)(\.?)[\s(]{0,3}$")
# Before any other word a full stop ends the sentence: '... on average. Seven left'.
ABBREVIATED = set("no nr p pp fig figs vol ref ch sec approx ed vs ver v".split()) | {
    month.lower() for month in MONTHS
}
IN_SO_MANY = re.compile(rf"\sin\s{NUMBER}", re.IGNORECASE)  # 'the one in three'
# After these, 'study 22' or 'patient 3' is no label: 'in this study 22 nurses took part'.
DETERMINERS = set("the this that our each every a an per last first another one same".split())
WIDTH = 60  # characters before a number that are looked at


def why_not(view, start, end, previous):
    """Why the number at start:end of the view is no claim, or ''.

    Parameters
    ----------
    view : str
        As `plain_view` gives it.
    previous : tuple of (int, str)
        End of the number before, and why that one was none.
    """
    before = view[max(0, start - WIDTH) : start]
    gap = view[previous[0] : start] if start - previous[0] <= 8 else "far"
    number = view[start:end].lower()
    anew = ";" in gap and not number[0].isdigit()  # 'after interview 9; four more interviews'
    if previous[1] in CARRYING and CARRIED.match(gap) and not anew:
        return previous[1]
    if before[-1:] in (".", "·", ",") and before[-2:-1].isdigit():
        return "decimal"
    for reason, pattern in AFTER:
        match = pattern.match(view, end)
        word = match and match.groupdict().get("word")  # between a number and a time
        if match and not (word and (is_past(word.lower()) or word.lower() in BETWEEN_CLAUSES)):
            return reason
    last = before.rstrip()[-1:]
    if not last and number.isdigit() and re.match(r"[.)]\s", view[end : end + 2]):
        return "list number"
    words = LAST_WORDS.search(before[-40:])
    determiner, word, stop = (part.lower() for part in words.groups("")) if words else [""] * 3
    if stop and word not in ABBREVIATED:
        determiner, word = "", ""
    reason = PREVIOUS_WORD.get(word, "")
    if words and words[2][:1].isupper() and word.endswith("s") and number.isdigit():
        reason = reason or PREVIOUS_WORD.get(word[:-1], "")  # 'Wards 3, 4 and 5'
    if reason and determiner not in DETERMINERS:
        named = reason in ("name of a participant", "identifier")
        if not named or (number.isdigit() and before[-1:] != "("):
            return reason
    if number == "one" and word in PRONOUN_AFTER and not IN_SO_MANY.match(view, end):
        return "idiom"
    for reason, signs, pattern in BEFORE:
        if last and last in signs and pattern.search(before):
            if reason == "list number" and not LIST_END.match(view, end):
                continue
            return reason
    if BARE_YEAR.match(number) and before[-1:] not in "=":
        return "date"
    return ""

"""Lists that say their noun once: 'nine nurses had a son and six a daughter'.

And lists of parts in a bracket, whose nouns may be anything: '(12 juniors, 10 seniors)'.
"""

import re

from analysis.manuscript.lexicon import COMPARATOR_OF, DIGITS, NUMBER, any_of, value_of

CLOSED = re.compile(r"\s{0,2}(?:[.,;:)\]]|$)|\s(?:and|or|but|while|whereas)\b", re.IGNORECASE)
DETERMINER = re.compile(
    r"\s(?:a|an|the|this|that|these|those|it|they|he|she|his|her|their|our|its|no)\s(?P<noun>\w+)",
    re.IGNORECASE,
)
TIME = re.compile(  # 'six a week' is a rate
    r"(?:second|minute|hour|day|night|morning|evening|week|month|year|shift|time|visit|piece|head)",
    re.IGNORECASE,
)
LISTED = re.compile(
    r"(?:,|\band|\bbut)\s{1,3}(?:(?:the|only|just|another)\s{1,3})?$", re.IGNORECASE
)
CONTINUED = re.compile(
    r"\s{1,3}(?:(?:of|in|at|from|with|to|on|as|by|through|for)\s|(?:elsewhere|abroad|neither)\b)",
    re.IGNORECASE,
)
PREPOSITION = re.compile(
    rf"\b(in|for|by|among|with|from|to)\s{{1,3}}(?:{any_of(COMPARATOR_OF)}\s{{1,3}})?$",
    re.IGNORECASE,
)
ADJECTIVE = re.compile(r"\s[a-z-]+(?<!s)[.;,]")  # 'and in nine supportive.'
MEMBER = re.compile(
    rf"(?:,\s|\sand\s|,\sand\s)({NUMBER})\s[a-z][\w-]{{2,20}}(?:\s[a-z][\w-]{{2,20}}){{0,2}}"
    r"(?=,\s|\sand\s|[.;])",
    re.IGNORECASE,
)
PART = re.compile(
    rf"\s{{0,2}}({DIGITS}|{NUMBER})\s([^\W\d_][\w'&/-]*(?:\s[^\W\d_][\w'&/-]*){{0,4}}?)"
    r"(?=\s{0,2}[,;)]|\s(?:and|or)\s)",
    re.IGNORECASE,
)
BETWEEN_PARTS = re.compile(r"\s{0,2}[,;]\s{0,2}(?:(?:and|or)\s)?|\s(?:and|or)\s", re.IGNORECASE)
SAID_ONCE = ("word+unit", "digit+unit", "count", "of N, k", "n (%)", "k out of N")


def continues(reader, at, end):
    """Does a number go on from the claim before it in its clause?

    'Eighteen nurses spoke of teamwork, fourteen of loneliness'
    """
    last = reader.last
    if not last or last.values["kind"] not in SAID_ONCE:
        return False
    if last.values.get("counts") not in (None, "unit", "people", "material"):
        return False
    between = reader.view[last.end : at]
    if len(between) > 120 or re.search(r"[.;:!?()]", between):
        return False
    if _in_the_same_place(reader.view, last, at, end):
        return True
    goes_on = CONTINUED.match(reader.view, end) or gapped(reader.view, end)
    return bool(LISTED.search(between)) and (bool(goes_on) or _is_member(reader, last, at))


def gapped(view, end):
    """'nine had lost a friend and six a neighbour': is the verb left out behind a number?"""
    determiner = DETERMINER.match(view, end)
    return bool(determiner) and not TIME.match(determiner["noun"])


def _in_the_same_place(view, last, at, end):
    """'by choice in eight cases, by chance in five': the preposition is that of the claim before"""
    here = PREPOSITION.search(view[max(0, at - 40) : at])
    there = PREPOSITION.search(view[max(0, last.start - 40) : last.start])
    if not here or not there or here[1].lower() != there[1].lower():
        return False
    return bool(CLOSED.match(view, end) or ADJECTIVE.match(view, end)) or gapped(view, end)


def _is_member(reader, last, at):
    """'Ten spoke Dutch, six French and four Polish': at least two members without a verb."""
    if at in reader.members:
        return True
    view = reader.view
    run = last.end + len(re.match(r"[^,.;:()]{0,60}", view[last.end : last.end + 60])[0])
    if re.search(rf"\d|{NUMBER}", view[last.end : run], re.IGNORECASE):
        return False  # 'Ten had two sons, three daughters and four nieces'
    starts = []
    match = MEMBER.match(view, run)
    while match and len(starts) < 12:
        starts.append(match.start(1))
        match = MEMBER.match(view, match.end())
    reader.members = set(starts) if len(starts) > 1 else set()
    return at in reader.members


def parts_in_bracket(reader, at):
    """'22 nurses (12 juniors, 10 seniors)': start -> end of each part; {} if there are none.

    They are parts where together they do not exceed the number before the bracket, or N where
    the bracket stands behind a plural.
    """
    last = reader.last
    whole = reader.size if reader.noun_before(at) else None
    if last and "n" in last.values and not reader.view[last.end : at].strip():
        whole = last.values["n"]
    if whole is None:
        return {}
    parts, sum_, place = {}, 0, at + 1
    for _ in range(8):
        match = PART.match(reader.view, place)
        if not match:
            return {}
        parts[match.start(1)] = match.end()
        sum_ += value_of(match[1])
        between = BETWEEN_PARTS.match(reader.view, match.end())
        if not between:
            break
        place = between.end()
    closed = re.match(r"\s{0,2}[)\]]", reader.view[match.end() : match.end() + 3])
    return parts if closed and len(parts) > 1 and sum_ <= whole else {}

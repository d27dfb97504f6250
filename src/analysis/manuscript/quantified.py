"""Words that stand for a number: 'most nurses', 'half of them', 'none'."""

import re

from analysis.manuscript import anaphora, lexicon
from analysis.manuscript.lexicon import (
    NUMBER,
    ORDINALS,
    QUANTIFIERS,
    any_of,
    is_past,
    value_of,
)
from analysis.manuscript.pieces import AT_NUMBER, OF_THEM, TELLING, WORD, Found
from analysis.manuscript.quantities import FRACTIONS

AT_QUANTIFIER = re.compile(any_of(QUANTIFIERS) + r"(?![\w-])", re.IGNORECASE)
QUANTIFIER_STARTS = {re.split(r"[\s-]", words)[0] for words in QUANTIFIERS}
BUT = re.compile(rf"\s{{1,3}}(?:but|except(?:\sfor)?)\s({NUMBER})", re.IGNORECASE)
ALL_BUT = re.compile(rf"all\s(?:but|except(?:\sfor)?)\s({NUMBER})", re.IGNORECASE)
OF_NUMBER = re.compile(
    rf"\s{{1,3}}of\s{{1,3}}(?:(?:the|our|all|these|those)\s{{1,3}}){{0,2}}({NUMBER})", re.IGNORECASE
)
DEFINITE = re.compile(r"\s{1,3}of\s(?:the|these|those|our)\s", re.IGNORECASE)
PAST = set("said felt spoke thought told wrote saw found were had did was".split())
# What stands alone for people: not 'no', 'every', 'a number'.
PRONOUNS = {"nearly all", "all", "vast majority", "large majority", "slight majority", "majority",
            "most", "many", "several", "some", "a few", "few", "minority", "small minority",
            "none", "not all", *FRACTIONS}  # fmt: skip
HUMAN = ("nobody", "no one", "no-one", "everybody", "everyone")
NO_PRONOUN = set("no every neither various multiple numerous".split())
NOT_IN_COUNTS = set(lexicon.STRUCTURE) | {"material"}
MATERIAL = ("essays", "interviews", "transcripts", "narratives", "focus groups")
NEUTRAL = {lexicon.plural(noun) for noun in lexicon.NEUTRAL}


def quantifier(reader, at):
    """The claim that begins with a quantifier, or None."""
    but = ALL_BUT.match(reader.view, at)
    match = but or AT_QUANTIFIER.match(reader.view, at)
    if not match:
        return None
    words, end = " ".join(match[0].lower().split()), match.end()
    if AT_NUMBER.match(reader.view, end + 1) and not but:
        return None  # 'all 22 nurses' is read as a number
    if words == "no" and _is_ordinal(WORD.match(reader.view, end)):
        return None  # 'no second nurse was free'
    found = {"quantifier": QUANTIFIERS.get(words, "all")}
    if found["quantifier"] == "both":
        found["n"] = 2
    first = reader.values(end)
    if first:
        end, found = first[0], {**first[1], **found}
    noun, same, end, found = _of_so_many(reader, end, found)
    if not same:
        noun = noun or reader.counted(end, reader.either)
    them = None if noun or first or same else OF_THEM.match(reader.view, end)
    told = them and reader.values(them.end())
    if told:  # 'the majority of these (n = 8)'
        end, found, first = told[0], {**told[1], **found}, told
    missing = but
    if noun and found["quantifier"] == "all" and not but:
        missing = BUT.match(reader.view, noun[0])
        noun = (missing.end(), *noun[1:]) if missing else noun
    if missing:
        found |= _all_but(reader, value_of(missing[1]), them)
    if noun and not _may_follow(reader.view, noun, found, first):
        return None
    if noun:
        end, found = _with_noun(reader, noun, found)
    if not (first or missing or {"percent", "N", "symbol"} & set(found)):
        alone = not noun and _stands_alone(reader, words, at, end, found, them)
        if not alone and not (noun and _counts(reader, match.end(), end, found, noun)):
            return None
    if them and not told:
        end = them.end()
        found |= {**(reader.told.noun() or {}), "subset": True}
    found["kind"] = _kind(found)
    return Found(at, end, _with_number(reader, at, match.end(), end, found, noun))


def _of_so_many(reader, end, found):
    """(noun, whether N is known from before, end, values) behind 'none', for 'of the seven'."""
    of = OF_NUMBER.match(reader.view, end)
    if not of:
        return None, False, end, found
    N = value_of(of[1])
    noun = reader.noun(of.end(), reader.plural)
    if noun:
        return noun, False, end, {"N": N, **found}
    same = anaphora.of_those(reader, of[0], of.end(), 0, N)
    if same is None:
        return None, False, end, found
    return None, True, of.end(), {**found, **same, "N": N}


def _with_noun(reader, noun, found):
    """End and values with the noun, and with a bracket behind it."""
    named = {"unit": noun[1], "counts": noun[2]}
    values = reader.values(noun[0])
    if values:
        return values[0], {**found, **values[1], **named}
    return noun[0], {**found, **named}


def _is_ordinal(word):
    return bool(word) and word[1].lower() in ORDINALS


def _all_but(reader, missing, them):
    """'all but two': of N, or of those told about where 'of them' says so."""
    N = reader.told.last_number() if them else reader.size
    found = {"quantifier": f"all but {missing}"}
    if N is not None and missing <= N:
        found["n"] = N - missing
    return found


def _may_follow(view, noun, found, first):
    """Is the noun behind the quantifier one that is counted with it?"""
    structure = noun[2] in lexicon.STRUCTURE
    if found["quantifier"] != "both":
        return not structure or bool(first)
    if re.match(r"\s{1,3}(?:and|or)\b", view[noun[0] : noun[0] + 8]):
        return False
    return not structure or noun[2] == "coders"


def _counts(reader, start, end, found, noun):
    """Does a quantifier with a noun, and without a number, count those who took part?"""
    if noun[2] in ("people", "material") and DEFINITE.match(reader.view, start):
        return True
    if noun[2] in ("unit", "sample") or noun[1].lower() in NEUTRAL:
        return True
    if noun[2] in NOT_IN_COUNTS and noun[1] not in MATERIAL:
        return noun[2] == "coders" and found["quantifier"] == "both"
    if noun[1] in MATERIAL or found["quantifier"] == "both":
        return True
    verb = reader.verb(end)
    return _tells(verb)


def _tells(verb):
    return (verb in TELLING and (verb.endswith("ed") or verb in PAST)) or verb in PAST


def _stands_alone(reader, words, at, end, found, them):
    """Does a quantifier without a noun stand for those who took part?"""
    name = found["quantifier"]
    if name == "both":
        starts, verb = anaphora.starts_clause(reader.view, at), reader.verb(end)
        return starts and (_tells(verb) or (is_past(verb) and reader.told.noun() is not None))
    if name not in PRONOUNS or words in NO_PRONOUN:
        return False
    if words in HUMAN:
        return anaphora.pronoun(reader, at, end)
    if them and not them[0].endswith("others"):
        return _of_them(reader, at, them.end(), name)
    starts = anaphora.starts_clause(reader.view, at)
    verb = reader.verb(end)
    part = words.split()[-1]
    if part in ORDINALS and anaphora.ordinal(reader, end, ORDINALS[part]):
        return False  # 'A fifth wept' behind four others
    if starts and verb != "was" and (_tells(verb) or (name in FRACTIONS and is_past(verb))):
        return True
    return anaphora.pronoun(reader, at, end)


def _of_them(reader, at, end, name):
    """'most of them said', 'had read half of them': of those told about just before."""
    if not reader.told.anybody():
        return False
    verb = reader.verb(end)
    starts = anaphora.starts_clause(reader.view, at)
    if not starts and anaphora.in_front(reader.view, at):
        return True  # 'For most of them the night ...'
    if starts and (is_past(verb) or verb in TELLING):
        return True
    last = reader.last
    near = last and not re.search(r"[.!?]", reader.view[last.end : at])
    return name in FRACTIONS and bool(near)


def _kind(found):
    if "N" in found and "n" in found:
        return "quantifier + k out of N"
    if "symbol" in found:
        return "quantifier + n="
    if "percent" in found:
        return "quantifier + percent"
    return "word+unit" if found["quantifier"] == "both" else "quantifier"


def _with_number(reader, at, start, end, found, noun):
    """The values with n = 0 for 'none', and n = N for 'all participants'."""
    if "n" in found or "percent" in found:
        return found
    if found["quantifier"] == "none":
        return {**found, "n": 0}
    whole = noun and (noun[2] == "unit" or noun[1].lower() in NEUTRAL)
    if found["quantifier"] != "all" or not whole or reader.size is None or found.get("N"):
        return found
    between = re.sub(r"\b(?:of|the|our|these|those)\b", "", reader.view[start:end].lower())
    bare = len(between.split()) == len(noun[1].split())
    restricted = re.match(
        r"\s(?:who|whose|from|with|without|in|at|of|on|over|under|aged|living|working)\b",
        reader.view[end : end + 10],
    )
    return {**found, "n": reader.size} if bare and not restricted else found

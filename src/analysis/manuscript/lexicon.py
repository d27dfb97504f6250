"""The words of the grammar: numbers, nouns that are counted, quantifiers, comparators.

Every list is a plain list, so that a word that a manuscript uses and we do not know is added in
one place. `claims` builds its patterns from them.
"""

import re

# Numbers ---------------------------------------------------------------------------------------

ONES = "one two three four five six seven eight nine".split()
TEENS = "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split()
TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
WORD_VALUES = {
    "zero": 0,
    "dozen": 12,
    **{word: value for value, word in enumerate(ONES + TEENS, start=1)},
    **{word: 10 * value for value, word in enumerate(TENS, start=2)},
}
ORDINALS = {
    word: value
    for value, word in enumerate(
        "first second third fourth fifth sixth seventh eighth ninth tenth".split(), start=1
    )
}


def any_of(words):
    """Pattern of any of the words, the longest first; a space stands for any white space."""
    longest_first = sorted(words, key=lambda word: (-len(word), word))
    return "(?:" + "|".join(word.replace(" ", r"\s{1,4}") for word in longest_first) + ")"


_BELOW_HUNDRED = (
    rf"(?:{any_of(TENS)}(?:[-\s]{any_of(ONES)})?|{any_of(TEENS)}|{any_of([*ONES, 'zero'])})"
)
NUMBER_WORD = (
    rf"(?:{any_of(ONES)}\s{{1,4}}hundred(?:\s{{1,4}}(?:and\s{{1,4}})?{_BELOW_HUNDRED})?"
    rf"|(?:a|{any_of(ONES)})\s{{1,4}}dozen|{_BELOW_HUNDRED})\b"
)
DIGITS = r"(?:\d{1,3}(?:,\d{3}){1,3}|\d{1,7})(?![\d]|[.·,]\d|\w)"
NUMBER = rf"(?:{DIGITS}|{NUMBER_WORD})"
PERCENT = r"(?:\d{1,3}(?:[.·]\d{1,3})?|" + _BELOW_HUNDRED + r")\s{0,2}(?:%|per\s?cent\b|percent\b)"


def value_of(words):
    """The number that digits or English words stand for: '1,203' -> 1203, 'ninety-nine' -> 99."""
    words = words.lower()
    if words[0].isdigit():
        return int(words.replace(",", ""))
    total = 0
    for word in re.findall("[a-z]+", words):
        if word == "hundred":
            total *= 100
        elif word == "dozen":
            total = 12 * max(total, 1)
        else:
            total += WORD_VALUES.get(word, 0)  # 'and', 'a'
    return total


def percent_of(words):
    """The number of a percentage: '45·5 %' -> 45.5, 'forty per cent' -> 40.0."""
    digits = re.match(r"\d+(?:[.·]\d+)?", words)
    if digits:
        return float(digits[0].replace("·", "."))
    return float(value_of(re.split(r"\s{0,2}per", words.lower())[0]))


# Nouns that are counted ------------------------------------------------------------------------

IRREGULAR = {
    "woman": "women",
    "man": "men",
    "child": "children",
    "person": "people",
    "policeman": "policemen",
    "midwife": "midwives",
    "wife": "wives",
    "fellow": "fellows",
    "staff": "staff",
    "freshman": "freshmen",
    "analysis": "analyses",
    "faculty": "faculty",
    "personnel": "personnel",
    "alumnus": "alumni",
}

# Words for those who took part whatever their trade: never a change of subject.
NEUTRAL = ["participant", "respondent", "interviewee", "informant", "subject", "volunteer"]
PEOPLE = """
participant; respondent; interviewee; informant; discussant; volunteer; contributor; panelist;
panellist; expert; stakeholder; writer; storyteller; person; individual; adult; adolescent;
teenager; youth; woman; man; girl; boy; male; female; mother; father; parent; grandparent;
grandmother; grandfather; family; couple; spouse; relative; carer; caregiver; family member;
staff member; faculty member; team member; committee member; patient; inpatient; outpatient;
client; survivor; resident; consumer; user; veteran; refugee; migrant; immigrant; asylum seeker;
employee; worker; professional; practitioner; provider; clinician; HCP; HCW; HCA; CHW; GP; PCP;
RN; LPN; NP; APRN; physician; doctor; surgeon; anaesthetist; anesthesiologist; oncologist;
cardiologist; pediatrician; paediatrician; obstetrician; gynaecologist; psychiatrist;
psychologist; neurologist; radiologist; hospitalist; intensivist; registrar; consultant; intern;
trainee; houseman; medic; nurse; midwife; doula; sister; matron; paramedic; pharmacist; dentist;
hygienist; dietitian; dietician; nutritionist; physiotherapist; therapist; counsellor; counselor;
radiographer; audiologist; optometrist; podiatrist; technician; assistant; aide; chaplain; pastor;
priest; imam; clergyman; manager; leader; director; coordinator; administrator; supervisor;
preceptor; mentor; mentee; coach; athlete; player; student; pupil; learner; undergraduate;
postgraduate; graduate; alumnus; freshman; sophomore; apprentice; candidate; teacher; lecturer;
tutor; educator; instructor; professor; academic; facilitator; headteacher; principal; librarian;
farmer; driver; officer; soldier; firefighter; policeman; engineer; scientist; executive;
policymaker; policy-maker; decision-maker; prisoner; offender; speaker; immigrant; newcomer;
donor; recipient; caseworker; clerk; receptionist; secretary; author of the essays; staff
"""
MATERIAL = """
essay; interview; transcript; narrative; reflection; diary; journal; journal entry; diary entry;
letter; story; account; vignette; focus group; group interview; focus group discussion; FGD;
questionnaire; response; comment; posting; tweet; submission; document; record; case; text;
extract; excerpt; quotation; passage; headline; drawing; portfolio; field note; answer; blog;
testimony; written reflection; dyad
"""
# What the analysis is made of: counted against the study's own files.
CODERS = "coder; rater; annotator; researcher; analyst; investigator; reviewer; reader; author"
STRUCTURE = {
    "themes": "theme; meta-theme; metatheme; main theme",
    "sub-themes": "sub-theme; subtheme; sub theme",
    "codes": "code",
    "categories": "category; sub-category; subcategory",
    "coders": CODERS,
}
# Nouns of other people's work and of places: 'two studies reported' counts nobody who took part.
LITERATURE_NOUNS = """
study studies paper papers article articles review reviews trial trials report reports survey
surveys author authors scholar scholars theory theories model models meta-analysis meta-analyses
guideline guidelines system systems countries country hospital hospitals university universities
school schools college colleges ward wards clinic clinics site sites centre centres center centers
organisation organisations organization organizations institution institutions region regions
""".split()
# Where those who took part were: counted as a part of the sample, where the study is described.
PLACES = set(
    """hospitals schools universities colleges clinics wards sites centres centers trusts units
    departments practices districts regions cities towns villages states countries provinces
    organisations organizations institutions facilities homes hospices surgeries agencies campuses
    libraries prisons parishes communities stations companies""".split()
)
# What follows a singular noun that only modifies another noun: 'one patient safety officer'.
HEAD_NOUNS = """
safety care group ward room outcome experience record satisfaction population perspective journey
education pathway population population-based interview interviews advocate advocacy organisation
organization association representative level practice service services centre center school
engagement involvement centredness centeredness information data contact encounter story stories
population load ratio role workforce shortage shift union leader manager led health member support
network body team unit training program programme course cohort sample visit appointment handover
burnout stress turnover retention wellbeing well-being empowerment autonomy choice preference
""".split()


def _listed(text):
    return [noun.strip() for noun in text.replace("\n", " ").split(";") if noun.strip()]


def plural(noun):
    """The plural of a counted noun: 'diary' -> 'diaries', 'midwife' -> 'midwives'."""
    head, _, last = noun.rpartition(" ")
    before = f"{head} " if head else ""
    if last.lower() in IRREGULAR:
        return before + IRREGULAR[last.lower()]
    if last.lower() in IRREGULAR.values():
        return noun
    if re.search("[^aeiou]y$", last):
        return before + last[:-1] + "ies"
    if re.search("(?:s|x|z|ch|sh)$", last):
        return before + last + "es"
    return before + last + "s"


def counted_nouns(units):
    """Singular and plural of each noun that is counted -> (its plural, what it counts).

    Parameters
    ----------
    units : sequence of str
        The study's own nouns for what it counts (singular or plural).

    Returns
    -------
    tuple of dict
        Singulars and plurals: lower-case noun -> (plural, kind), where kind is "unit" for the
        study's own nouns, "people", "material", or one of STRUCTURE's keys.
    """
    kinds = {noun: "material" for noun in _listed(MATERIAL)}
    kinds |= {noun: "people" for noun in _listed(PEOPLE)}
    for kind, nouns in STRUCTURE.items():
        kinds |= {noun: kind for noun in _listed(nouns)}
    known = {plural(noun).lower(): noun for noun in kinds}
    kinds |= {known.get(unit.lower(), unit): "unit" for unit in units}
    singulars = {noun.lower(): (plural(noun), kind) for noun, kind in kinds.items()}
    plurals = {plural(noun).lower(): (plural(noun), kind) for noun, kind in kinds.items()}
    return singulars, plurals


FOCUS_GROUPS = re.compile(
    rf"\b(?:(?:{NUMBER}|our|the|these|held|conducted|each)\s(?:\w+\s)?focus\sgroups?|focus\sgroup"
    r"\sstudy)\b",
    re.IGNORECASE,
)


def heads_of(units, view):
    """Nouns that stand for a longer one once it was said -> the plural of the longer one.

    'group' for 'focus group', where the manuscript held some.
    """
    whole = [unit for unit in units if " " in unit]
    whole += ["focus group"] if FOCUS_GROUPS.search(view) else []
    heads = {}
    for unit in whole:
        head = unit.split()[-1].lower()
        heads[head] = heads[plural(head)] = plural(unit)
    return heads


# Comparators: the words before a number, and the relation they state ---------------------------

COMPARATORS = {
    "over": ["over", "more than", "greater than", "in excess of", "exceeding", "above",
             "just over", "well over", "upwards of", ">"],
    "at least": ["at least", "no fewer than", "no less than", "not fewer than", "not less than",
                 "a minimum of", "≥"],
    "fewer than": ["fewer than", "less than", "under", "below", "just under", "<"],
    "at most": ["at most", "no more than", "not more than", "up to", "a maximum of", "≤"],
    "nearly": ["nearly", "almost", "close to", "virtually"],
    "about": ["about", "around", "approximately", "approx.", "roughly", "circa", "some", "~", "≈"],
    "only": ["only", "just", "merely", "exactly", "precisely"],
    "all": ["all", "all of the", "all the", "all of our", "all these", "all of these",
            "each of the"],
    "remaining": ["the remaining", "remaining", "the other", "the rest of the"],
    "further": ["a further", "further", "another", "an additional", "additional", "other"],
}  # fmt: skip
COMPARATOR_OF = {word: name for name, words in COMPARATORS.items() for word in words}

# Quantifiers: the words that stand for a number ------------------------------------------------

# word -> (name in the lexicon of `wording`, comparator)
QUANTIFIERS = {
    "nearly all": "nearly all", "almost all": "nearly all", "virtually all": "nearly all",
    "practically all": "nearly all", "not all": "not all", "all": "all", "every": "all",
    "every one": "all",
    "the vast majority": "vast majority", "a vast majority": "vast majority",
    "vast majority": "vast majority", "the overwhelming majority": "vast majority",
    "an overwhelming majority": "vast majority", "the great majority": "large majority",
    "a great majority": "large majority", "a large majority": "large majority",
    "the large majority": "large majority", "a substantial majority": "large majority",
    "the substantial majority": "large majority", "a strong majority": "large majority",
    "a clear majority": "large majority", "a significant majority": "large majority",
    "a considerable majority": "large majority", "a slight majority": "slight majority",
    "a small majority": "slight majority", "a narrow majority": "slight majority",
    "the majority": "majority", "a majority": "majority", "majority": "majority",
    "most": "most", "half": "half", "one half": "half", "one-half": "half",
    "two thirds": "two thirds", "two-thirds": "two thirds",
    "a third": "a third", "one third": "a third", "one-third": "a third",
    "three quarters": "three quarters", "three-quarters": "three quarters",
    "three fourths": "three quarters", "three-fourths": "three quarters",
    "a quarter": "a quarter", "one quarter": "a quarter", "one-quarter": "a quarter",
    "one fourth": "a quarter", "one-fourth": "a quarter",
    "a fifth": "a fifth", "one fifth": "a fifth", "one-fifth": "a fifth",
    "four fifths": "four fifths", "four-fifths": "four fifths",
    "many": "many", "several": "several", "numerous": "many", "a number": "several",
    "a large number": "many", "a large proportion": "many", "multiple": "several",
    "various": "several", "some": "some", "quite a few": "several", "a few": "a few",
    "very few": "few", "few": "few", "only a few": "a few", "a handful": "a few",
    "a small number": "a few", "a small proportion": "a few", "a couple": "a couple",
    "a minority": "minority", "the minority": "minority", "a small minority": "small minority",
    "nobody": "none", "no one": "none", "no-one": "none", "not one": "none",
    "everybody": "all", "everyone": "all",
    "none": "none", "no": "none", "neither": "none", "both": "both",
}  # fmt: skip

# Verbs of telling: '14 described', 'Eight children described' ----------------------------------

TELLING = """
described describe describes reported report reports said say says stated state states felt feel
feels mentioned mention mentions expressed express expresses noted note notes explained explain
explains discussed discuss highlighted highlight highlights recounted recount recalled recall
spoke speak speaks talked talk talks viewed view believed believe believes perceived perceive
thought think wanted want wished wish indicated indicate identified identify valued value
emphasised emphasized emphasise emphasize considered consider acknowledged acknowledge experienced
experience shared share commented comment reflected reflect stressed stress raised raise referred
refer refers suggested suggest agreed agree disagreed admitted cited cite pointed wrote write told
tell voiced voice conveyed convey appreciated appreciate preferred prefer struggled attributed
linked remarked observed argued claimed complained worried feared hoped recognised recognized
named listed elaborated revealed reveal endorsed denied found find saw see
""".split()
# Verbs that may follow a number standing alone: '18 were women', 'two had withdrawn'.
STATING = """
were was are had have has did do would could worked work lived live took held showed shared came
gave made went became chose knew left lost met began grew kept brought sought used use withdrew
withdrew declined completed attended participated identified
""".split()

# Past tenses that do not end in -ed: a closed class. Those that are plain nouns or adjectives as
# well ('cut', 'hurt') are not in it.
IRREGULAR_PASTS = set("""
arose ate awoke bade beat became began bent bet bled blew bore bought bound bred broke brought
built burnt came caught chose clung crept dealt did dreamt drank drew drove dug dwelt fed fell felt
fled flew forbade foresaw forgave forgot fought found froze gave got grew had heard held hid
hung kept knelt knew laid lay leapt learnt led left lent lit lost made meant met misunderstood
outgrew overcame overheard paid put ran rang read rebuilt resold retold rewrote rode rose said sang
sank sat saw sent set shook shot shrank slept slid smelt sold sought spelt spent spoke spoilt sprang
stole stood strove struck stuck swam swept swore swung taught thought threw told took tore
underwent understood undertook upheld was went wept were withdrew withheld withstood woke won wore
wound wove wrote
""".split())  # fmt: skip
NO_PASTS = set("need indeed hundred seed feed weed deed speed breed exceed proceed succeed".split())


def is_past(word):
    """Is a word the past tense of a verb, as far as its form tells?"""
    return word in IRREGULAR_PASTS or (
        word.endswith("ed") and len(word) > 3 and word not in NO_PASTS
    )

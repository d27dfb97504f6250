"""What the study's tables can say on the items of a checklist.

Each answer is a function of the tables it rests on and of nothing else, so the place to look at
is known with it: see `ANSWERS` at the end.
"""

import re
from typing import NamedTuple

import pandas as pd

FILLED, CHECKED, LOOK = "filled in", "checked: please confirm", "look here"
BLANK, NOT_APPLICABLE = "yours to write", "does not apply"

# What an answer may rest on: a name, and the file that is pointed to.
SOURCES = {
    "essays": "1_familiarisation/essays.csv",
    "description": "1_familiarisation/description.csv",
    "memos": "1_familiarisation/memos.csv",
    "readings": "1_familiarisation/readings.csv",
    "codings": "2_initial_coding/codings.csv",
    "disagreements": "2_initial_coding/disagreements.csv",
    "consensus": "4_theme_review/consensus.csv",
    "decisions": "4_theme_review/decisions_effect.csv",
    "accumulation": "4_theme_review/accumulation.csv",
    "tree": "5_theme_definition/theme_tree.csv",
    "theme_codes": "5_theme_definition/theme_codes.csv",
    "overlap": "5_theme_definition/theme_overlap.csv",
    "exemplars": "5_theme_definition/exemplars.csv",
    "extracts": "5_theme_definition/extracts_by_theme.csv",
}
GIVEN = {  # what the caller adds
    "study": "study.toml",
    "themes": "themes.csv",
    "codebook": "codebook.csv",
    "manuscript": "the manuscript",
    "findings": "the audit of the manuscript",
}

NOTHING_TO_DO = {"agrees", "literature"}  # verdicts of the audit


class Answer(NamedTuple):
    """What the run knows about an item: status, sentence, and where it is seen if not in tables."""

    status: str
    text: str
    seen_in: str = ""


def _sentences(*parts):
    return " ".join(part for part in parts if part)


# What the tables say -----------------------------------------------------------------------------


def _counted(number, noun):
    return f"{number:,} {_noun(number, noun)}"


def _noun(number, noun):
    return noun if number == 1 else noun + "s"


def _lengths(description):
    words = description["words"].astype(int)
    return Answer(
        FILLED,
        f"{_counted(len(words), 'essay')} of {words.min():,} to {words.max():,} words (median "
        f"{words.median():,.0f}), {words.sum():,} words in all.",
    )


def _essays_read(essays, readings):
    unread = len(essays) - readings["essay_id"].nunique()
    return Answer(
        FILLED,
        f"N = {_counted(len(essays), 'essay')}"
        + (f", {unread:,} of them read by no coder." if unread else ", all of them read."),
    )


def _attributes(essays):
    names = [name for name in essays if name not in ("essay_id", "text", "read_from")]
    if not names:
        return Answer(BLANK, "The essays come without any attribute of their writers.")
    return Answer(CHECKED, f"Recorded with the essays: {', '.join(names)}.")


def _texts_proven(essays, codings):
    texts = dict(zip(essays["essay_id"], essays["text"], strict=True))
    placed = codings[codings["start"].ne("")]
    same = [
        texts.get(essay, "")[int(start) : int(end)] == quotation
        for essay, start, end, quotation in placed[
            ["essay_id", "start", "end", "quotation"]
        ].itertuples(index=False)
    ]
    text = f"{sum(same):,} of {_counted(len(same), 'quotation')} equal the essay at their place."
    return Answer(CHECKED if same and all(same) else LOOK, text)


def _coders(codings, readings):
    names = sorted(readings["coder"].unique())
    shown = ", ".join(names[:8]) + (f" and {len(names) - 8} more" if len(names) > 8 else "")
    per_essay = readings.groupby("essay_id")["coder"].nunique()
    return Answer(
        FILLED,
        f"{_counted(len(names), 'coder')} ({shown}) made {_counted(len(codings), 'coding')}; each "
        f"essay was read by {_range(per_essay)} of them.",
    )


def _procedure(codings, readings, codebook, decisions, tree):
    coded = _coders(codings, readings).text
    return Answer(
        FILLED,
        f"{coded} {_counted(len(codebook), 'code')} in the codebook; "
        f"{_counted(decisions['step'].nunique(), 'decision')} on the map of codes; "
        f"{_themes(tree)} in the end.",
    )


def _trust(readings, disagreements, consensus, decisions):
    read = readings.groupby(["essay_id", "code"])["coder"].nunique()
    decided = consensus[consensus["provenance"].str.startswith("adjudicated")]
    steps = decisions.drop_duplicates("step")
    return Answer(
        FILLED,
        f"{read.gt(1).sum():,} of {_counted(len(read), 'pair')} of essay and code were read by two "
        f"coders or more, who parted on {len(disagreements):,}; {len(decided):,} were adjudicated, "
        f"{decided['reason'].ne('').sum():,} with a reason. "
        f"{_counted(len(steps), 'decision')} on the map of codes, "
        f"{steps['reason'].ne('').sum():,} with a reason.",
    )


def _themes(tree):
    subs = tree["parent"].ne("").sum()
    text = _counted(len(tree) - subs, "theme")
    return f"{text} and {_counted(subs, 'sub-theme')}" if subs else text


def _theme_tree(tree):
    undefined = f"They are {_names(tree['label'], 20)}."
    return Answer(FILLED, f"{_themes(tree)}. {undefined}")


def _coding_tree(codebook, theme_codes):
    own = theme_codes[theme_codes["own"].eq("True")]
    parked = len(codebook) - own["code"].nunique()
    return Answer(
        FILLED,
        f"{_counted(own['code'].nunique(), 'code')} in {own['theme'].nunique():,} "
        f"themes or sub-themes with codes of their own; {parked:,} outside the themes.",
    )


def _log(decisions, overlap):
    steps = decisions.drop_duplicates("step")
    if steps.empty:
        return Answer(LOOK, "No decision on the map of codes is recorded (decisions.csv).")
    kinds = steps["action"].value_counts().sort_index()
    pairs = overlap["theme_a"].ne(overlap["theme_b"]).sum()
    return Answer(
        CHECKED,
        f"{_counted(len(steps), 'decision')} recorded "
        f"({', '.join(f'{kind} {n}' for kind, n in kinds.items())}), with n before and after each; "
        f"{_counted(pairs, 'pair')} of themes compared.",
    )


def _quotations(exemplars, tree):
    quoted = exemplars.groupby("theme")["essay_id"].nunique()
    thin = tree.loc[tree["theme"].map(quoted).fillna(0).lt(2), "label"]
    text = f"{_counted(len(exemplars), 'quotation')} proposed, each with its essay and place"
    if len(thin):
        return Answer(LOOK, f"{text}; from fewer than two essays: {_names(thin)}.")
    return Answer(FILLED, f"{text}; each theme from two essays or more.")


def _spread(extracts):
    rows = extracts[extracts["extracts"].astype(int).gt(0)]
    share = rows["its_share"].astype(float)
    spread = rows["essays_with_extracts"].astype(int)
    heavy = rows.loc[share.ge(0.5), "theme"].str.replace("_", " ")
    if rows.empty:
        return Answer(LOOK, "No theme has a coding that counts.")
    text = f"Codings of a theme are spread over {_range(spread)} {_noun(spread.max(), 'essay')}"
    if len(heavy):
        return Answer(LOOK, f"{text}; half of them or more stand in one essay for {_names(heavy)}.")
    largest = f"{share.max():.0%}".replace("%", " %")
    return Answer(FILLED, f"{text}; the largest share that one essay has is {largest}.")


def _attention(description, codings, readings):
    words = description.set_index("essay_id")["words"].astype(int)
    read = readings[["coder", "essay_id"]].drop_duplicates()
    made = codings.groupby(["coder", "essay_id"]).size()
    codings_made = read.set_index(["coder", "essay_id"]).index.map(made).fillna(0)
    read = read.assign(made=codings_made.to_numpy(), words=read["essay_id"].map(words).to_numpy())
    totals = read.groupby("coder")[["made", "words"]].sum()
    rate = (1000 * totals["made"] / totals["words"]).round(1)
    none = int(read["made"].eq(0).sum())
    lowest_highest = f"{rate.min():g}" if len(rate) == 1 else f"{rate.min():g} to {rate.max():g}"
    return Answer(
        FILLED,
        f"{lowest_highest} codings in 1,000 words, by coder; {none:,} of "
        f"{_counted(len(read), 'reading')} of an essay by a coder without any coding.",
    )


def _collated(codings, theme_codes):
    inside = codings["code"].isin(theme_codes["code"]).sum()
    return Answer(
        FILLED,
        f"{inside:,} of {_counted(len(codings), 'coding')} have a code of a theme and are shown "
        "under it in the report.",
    )


def _distinct(themes, overlap):
    missing = themes.loc[themes["definition"].eq(""), "label"]
    pairs = overlap[overlap["theme_a"].ne(overlap["theme_b"])]
    pairs = pairs.assign(jaccard=pd.to_numeric(pairs["jaccard"], errors="coerce"))
    closest = pairs.dropna(subset="jaccard").sort_values("jaccard", ascending=False, kind="stable")
    text = ""
    if len(closest):
        top = closest.iloc[0]
        share = f"{top['jaccard']:.0%}".replace("%", " %")
        text = (
            f"Closest are {top['label_a']} and {top['label_b']}: "
            f"{_counted(int(top['shared']), 'essay')} with both ({share} of those with either)."
        )
    if len(missing):
        return Answer(LOOK, _sentences(f"Without a definition: {_names(missing)}.", text))
    return Answer(CHECKED, _sentences("Every theme has a definition.", text))


def _balance(themes, exemplars):
    shown = exemplars[exemplars["rank"].astype(int).le(2)]
    quoted = int(shown["quotation"].str.split().str.len().sum())
    told = int(themes["narrative"].str.split().str.len().sum())
    silent = themes.loc[themes["narrative"].str.strip().eq(""), "label"]
    text = f"{quoted:,} words quoted (two quotations a theme) beside {told:,} of narrative"
    if len(silent):
        return Answer(LOOK, f"{text}; without a narrative: {_names(silent)}.")
    return Answer(FILLED, f"{text}.")


def _dates(memos, codings, decisions):
    spans, unknown = [], []
    tables = {"memos": memos, "codings": codings, "decisions": decisions}
    for name, table in tables.items():
        dates = sorted(date[:10] for date in table["date"] if date)
        if dates:
            spans.append(f"{name} {dates[0]} to {dates[-1]}")
        else:
            unknown.append(name)
    known = f"Dated: {'; '.join(spans)}." if spans else ""
    text = _sentences(known, f"Without dates: {', '.join(unknown)}." if unknown else "")
    return Answer(LOOK if unknown else CHECKED, text)


def _new_codes(accumulation):
    if accumulation.empty:
        return Answer(LOOK, "No code was marked, so there is no curve.")
    met = accumulation["expected"].astype(float)
    last = met.iloc[-1] - (met.iloc[-2] if len(met) > 1 else 0)
    return Answer(
        CHECKED,
        f"{_counted(round(met.iloc[-1]), 'code')} met in {_counted(len(met), 'essay')}; the last "
        f"essay brings {last:.2f} new codes on average over all orders. That proves no adequacy.",
    )


def _limits(essays, readings, study):
    text = f"N = {_counted(len(essays), 'essay')}"
    coders = readings["coder"].nunique()
    text += f", read by {_counted(coders, 'coder')}; a theme that is not mentioned is not denied."
    invented = " The essays are invented." if study.synthetic else ""
    return Answer(FILLED, text + invented)


def _approach(study):
    return Answer(
        CHECKED,
        f"The study declares itself {study.approach.replace('_', ' ')} thematic analysis; the "
        f"first passes become one coding by the rule '{study.consensus}'.",
    )


def _software(study):
    return Answer(
        FILLED,
        "This pipeline; requirements.lock pins every package, environment.json has the versions.",
        "requirements.lock; environment.json",
    )


# What the manuscript says ------------------------------------------------------------------------


def _mention(manuscript, words, what):
    found = re.search(rf"\b(?:{words})", manuscript, re.IGNORECASE)
    if found is None:
        return Answer(LOOK, f"The manuscript has no word about {what}.")
    line = manuscript.count("\n", 0, found.start()) + 1
    return Answer(CHECKED, f"“{_around(manuscript, found)}” (line {line}).")


def _around(text, found, words=5):
    """A few words around a place, to find it by."""
    before = text[: found.start()].split("\n")[-1].split()[-words:]
    after = text[found.start() :].split("\n")[0].split()[: words + 1]
    return " ".join([*before, *after])


def _title(manuscript):
    title = next((line for line in manuscript.split("\n") if line.strip()), "").lstrip("# ")
    kind = re.search(
        "qualitative|thematic analysis|phenomenolog[a-z]*|grounded theory", title, re.IGNORECASE
    )
    if kind:
        return Answer(CHECKED, f"The title says '{kind.group()}'.")
    return Answer(LOOK, "The title does not say that the study is qualitative.")


def _abstract(findings):
    wrong = findings[findings["section"].str.contains("abstract", case=False, na=False)]
    return _judged(wrong, "in the abstract")


def _audit(findings):
    return _judged(findings, "in the manuscript")


def _judged(findings, where):
    verdicts = findings["verdict"].value_counts().sort_index()
    text = f"{_counted(len(findings), 'finding')} of the audit {where}"
    text += f" ({', '.join(f'{verdict} {n}' for verdict, n in verdicts.items())})." * bool(
        len(verdicts)
    )
    return Answer(LOOK if set(verdicts.index) - NOTHING_TO_DO else CHECKED, text)


def _discussed(manuscript, themes):
    heading = re.search(r"^[#\d. ]*discussion\b.{0,40}$", manuscript, re.IGNORECASE | re.MULTILINE)
    if heading is None:
        return Answer(LOOK, "The manuscript has no heading 'Discussion'.")
    text = " ".join(manuscript[heading.end() :].casefold().split())
    missing = [
        label
        for label, aliases in themes[["label", "aliases"]].itertuples(index=False)
        if not any(name.strip().casefold() in text for name in _names_of(label, aliases))
    ]
    if missing:
        return Answer(LOOK, f"Not named in the Discussion: {_names(missing)}.")
    return Answer(CHECKED, "Each theme is named in the Discussion.")


def _names_of(label, aliases):
    return [label, *filter(str.strip, aliases.split(";"))]


def _fit(study, manuscript):
    found = _words(manuscript, "kappa|alpha|inter-?coder|inter-?rater|reliability")
    if study.approach == "reflexive" and found:
        return Answer(LOOK, f"Reflexive, and the manuscript speaks of {found}: say why.")
    if study.approach == "coding_reliability" and not found:
        return Answer(LOOK, "Coding reliability, and the manuscript gives no measure of agreement.")
    declared = study.approach.replace("_", " ")
    return Answer(
        CHECKED,
        f"The study declares itself {declared} thematic analysis, and the manuscript's words on "
        "agreement between coders do not contradict it.",
    )


def _language(manuscript):
    words = ["objective", "unbiased", "bias", "saturation", "reliability", "validity", "emerge"]
    found = _words(manuscript, "|".join(words) + "[a-z]*")
    if found:
        return Answer(LOOK, f"Words that belong to one stance more than to another: {found}.")
    return Answer(CHECKED, f"None of the words that are looked for: {', '.join(words)}.")


def _emergence(manuscript):
    found = _words(manuscript, "emerge[a-z]*|discovered")
    if found:
        return Answer(LOOK, f"The manuscript writes {found}: who made the themes?")
    return Answer(CHECKED, "No theme emerges or is discovered.")


def _words(text, pattern):
    """The words found, each with how often: 'emerged (2), bias (1)'."""
    found = re.findall(rf"\b({pattern})\b", text, re.IGNORECASE)
    counts = pd.Series([word.lower() for word in found], dtype=str).value_counts().sort_index()
    return ", ".join(f"{word} ({n})" for word, n in counts.items())


def _names(labels, most=8):
    labels = [str(label) for label in labels]
    rest = f" and {len(labels) - most} more" if len(labels) > most else ""
    return ", ".join(labels[:most]) + rest


def _range(numbers):
    low, high = (numbers.min(), numbers.max()) if len(numbers) else (0, 0)
    return f"{low}" if low == high else f"{low} to {high}"


# What each answer rests on, and how it is made.
ANSWERS = {
    "title": (["manuscript"], _title),
    "abstract": (["findings"], _abstract),
    "approach": (["study"], _approach),
    "essays_read": (["essays", "readings"], _essays_read),
    "ethics": (
        ["manuscript"],
        lambda text: _mention(
            text, "ethic|institutional review|IRB|informed consent|consent(?:ed)?\\b", "ethics"
        ),
    ),
    "lengths": (["description"], _lengths),
    "texts_proven": (["essays", "codings"], _texts_proven),
    "procedure": (["codings", "readings", "codebook", "decisions", "tree"], _procedure),
    "trust": (["readings", "disagreements", "consensus", "decisions"], _trust),
    "theme_tree": (["tree"], _theme_tree),
    "quotations": (["exemplars", "tree"], _quotations),
    "limits": (["essays", "readings", "study"], _limits),
    "interests": (
        ["manuscript"],
        lambda text: _mention(
            text, "(?:conflicts?|competing|declarations?) (?:of )?interest", "interests"
        ),
    ),
    "funding": (["manuscript"], lambda text: _mention(text, "fund(?:ing|ed)|grant\\b", "funding")),
    "attributes": (["essays"], _attributes),
    "new_codes": (["accumulation"], _new_codes),
    "coders": (["codings", "readings"], _coders),
    "coding_tree": (["codebook", "theme_codes"], _coding_tree),
    "log": (["decisions", "overlap"], _log),
    "software": (["study"], _software),
    "audit": (["findings"], _audit),
    "discussed": (["manuscript", "themes"], _discussed),
    "attention": (["description", "codings", "readings"], _attention),
    "spread": (["extracts"], _spread),
    "collated": (["codings", "theme_codes"], _collated),
    "distinct": (["themes", "overlap"], _distinct),
    "balance": (["themes", "exemplars"], _balance),
    "dates": (["memos", "codings", "decisions"], _dates),
    "fit": (["study", "manuscript"], _fit),
    "language": (["manuscript"], _language),
    "emergence": (["manuscript"], _emergence),
}

"""The author's own links of claims to themes (claims.toml), kept by the claim's sentence."""

import re
import tomllib
from pathlib import Path

import pandas as pd

from analysis.files import read_text
from analysis.manuscript import lexicon
from analysis.manuscript.stops import plain_view
from analysis.problems import Problem, did_you_mean

FILE = "claims.toml"
NOT_THEMES = ("sample", "part of the sample", "coders", "codes", "themes", "sub-themes",
              "categories", "agreement", "literature", "nothing")  # fmt: skip


def read_claims_toml(folder, themes, codes, problems):
    """Links and words that the author has fixed: claims.toml in the study.

    Each [[claim]] has `sentence` (as it stands in the manuscript), `theme` (a theme, a code, or
    one of NOT_THEMES), and where a sentence holds several claims `claim` (the claim's words);
    `part = true` says that the claim counts a part of the theme. [quantifiers] replaces ranges of
    the lexicon: most = [0.5, 1.0]. An entry whose sentence is no longer in the manuscript is not
    used and is said (`unused_entries`); it is never applied to another sentence.

    Returns
    -------
    fixed : DataFrame
        sentence, claim, theme, part; without rows where the study has no such file.
    ranges : dict of str to (float, float)
    """
    columns = ["sentence", "claim", "theme", "part"]
    path = Path(folder) / FILE
    if not path.is_file():
        return pd.DataFrame(columns=columns), {}
    text = read_text(path, FILE, problems)
    if text is None:
        return pd.DataFrame(columns=columns), {}
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        todo = "Mend this line; words stand between straight quotation marks."
        problems.append(Problem(f"cannot be read: {error}.", todo, FILE))
        return pd.DataFrame(columns=columns), {}
    for name in content:
        if name not in ("claim", "quantifiers"):
            what = f"'{name}' is unknown.{did_you_mean(name, ['claim', 'quantifiers'])}"
            problems.append(Problem(what, "Write [[claim]] or [quantifiers].", FILE))
    known = [*themes["theme"], *codes["code"], *NOT_THEMES]
    rows = []
    entries = content.get("claim", [])
    if not isinstance(entries, list):
        problems.append(Problem("[claim] is one table.", "Write [[claim]] above each entry.", FILE))
        entries = []
    for number, entry in enumerate(entries, start=1):
        rows += _entry(number, entry, known, columns, problems)
    ranges = _ranges(content.get("quantifiers", {}), problems)
    return pd.DataFrame(rows, columns=columns), ranges


def _entry(number, entry, known, columns, problems):
    where = f"[[claim]] number {number}"
    sound = True
    for key, value in entry.items():
        if key not in columns:
            what = f"{where}: key '{key}' is unknown.{did_you_mean(key, columns)}"
            problems.append(Problem(what, f"The keys are {', '.join(columns)}.", FILE))
            sound = False
        elif not isinstance(value, bool if key == "part" else str):
            kind = "true or false" if key == "part" else "words between quotation marks"
            problems.append(Problem(f"{where}: {key} = {value} has the wrong form.",
                                    f"Write {kind}.", FILE))  # fmt: skip
            sound = False
    for key in ("sentence", "theme"):
        if key not in entry:
            problems.append(Problem(f"{where}: '{key}' is missing.", "Write it.", FILE))
            sound = False
    theme = entry.get("theme")
    if isinstance(theme, str) and theme not in known:
        what = f"{where}: theme '{theme}' is unknown.{did_you_mean(theme, known)}"
        todo = f"Write a theme, a code, or one of {', '.join(NOT_THEMES)}."
        problems.append(Problem(what, todo, FILE))
        sound = False
    if not sound:
        return []
    return [(entry["sentence"], entry.get("claim", ""), theme, entry.get("part", False))]


def _ranges(given, problems):
    names = dict.fromkeys(lexicon.QUANTIFIERS.values())
    ranges = {}
    for name, value in given.items():
        if name not in names:
            what = f"[quantifiers]: '{name}' is no quantifier.{did_you_mean(name, list(names))}"
            problems.append(Problem(what, f"They are {', '.join(names)}.", FILE))
        elif not _is_range(value):
            what = f"[quantifiers]: {name} = {value} is no range of shares."
            problems.append(Problem(what, "Write two shares from 0 to 1: [0.5, 1.0].", FILE))
        else:
            ranges[name] = (float(value[0]), float(value[1]))
    return ranges


def _is_range(value):
    numbers = isinstance(value, list) and len(value) == 2
    numbers = numbers and all(isinstance(x, int | float) and not isinstance(x, bool) for x in value)
    return bool(numbers) and 0 <= value[0] <= value[1] <= 1


def key_of(sentence):
    """A sentence without italic marks, quotation marks, case and spacing."""
    return " ".join(re.findall(r"\w+", plain_view(sentence).lower()))


def suggested_entry(text, claim):
    """The entry for claims.toml that would settle an ambiguous claim.

    Parameters
    ----------
    text : str
        The manuscript's text.
    claim : mapping
        A row of the linked claims.
    """

    def quoted(words):
        words = " ".join(words.split()).replace("\\", "\\\\").replace('"', '\\"')
        return f'"{words}"'

    choices = claim["candidates"].split("; ") if claim["candidates"] else []
    lines = [
        "[[claim]]",
        f"sentence = {quoted(text[claim['sentence_start'] : claim['sentence_end']])}",
        f"claim = {quoted(claim['snippet'])}",
        f'theme = "{choices[0] if choices else "nothing"}"'
        + (f"  # or {', '.join(choices[1:])}" if choices[1:] else ""),
    ]
    return "\n".join(lines) + "\n"


def unused_entries(text, claims, fixed):
    """Entries of claims.toml whose sentence and claim are not in the manuscript, as sentences."""
    if fixed.empty:
        return []
    keys = {
        (key_of(text[row.sentence_start : row.sentence_end]), key_of(row.snippet))
        for row in claims.itertuples()
    }
    sentences = {sentence for sentence, _ in keys}
    said = []
    for sentence, claim, theme, _ in fixed.itertuples(index=False):
        used = (key_of(sentence), key_of(claim)) in keys if claim else key_of(sentence) in sentences
        if not used:
            said.append(
                f"claims.toml ties a claim to '{theme}' in the sentence "
                f"'{_short(sentence)}', which is no longer in the manuscript in these words. "
                "Look at the claim again, then correct or remove the entry."
            )
    return said


def _short(words, length=60):
    words = " ".join(words.split())
    return words if len(words) <= length else words[: length - 1].rstrip() + "…"

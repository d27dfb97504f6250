"""Hold a coefficient of agreement in a manuscript against those of the first passes."""

import re

import pandas as pd

from analysis.manuscript.verdicts import Judgement


def judge_coefficient(text, row, table):
    """The verdict of a coefficient that a manuscript gives, against those of the first passes."""
    if table is None or table.empty:
        return Judgement("not traceable", "No agreement of the first passes was at hand.")
    percent = pd.notna(row["percent"])
    name = "agreement" if percent else _name_of(row["unit"])
    values = table[table["coefficient"].eq(name)].dropna(subset="value")
    if values.empty:
        return Judgement(
            "not traceable",
            f"The pipeline gives no {row['unit']} of this kind. It gives: "
            f"{', '.join(sorted(set(table['coefficient'])))}.",
        )
    scale = 100 if percent else 1
    values = values.assign(value=scale * values["value"])
    digits = re.search(r"[.·](\d+)", row["snippet"])
    digits = len(digits[1]) if digits else 0
    close = 0.5 * 10**-digits + 1e-9
    named = _named(text, row, values)
    meant = named if len(named) else values
    low, high = meant["value"].min(), meant["value"].max()
    claimed = float(row["value"])
    shown = max(digits, 2 - 2 * percent)
    if pd.notna(row["value_high"]):
        right = abs(claimed - low) <= close and abs(row["value_high"] - high) <= close
        found = f"{low:.{shown}f} to {high:.{shown}f}"
        if right:
            return Judgement("agrees", "These are the lowest and the highest value.", found)
        return Judgement("contradicts data", f"The values run from {found}.", found, found)
    overall = values[values["of"].eq("")]
    single = named if len(named) else overall
    summaries = [(f"the value for {of or 'all together'}", value)
                 for of, value in single[["of", "value"]].itertuples(index=False)]  # fmt: skip
    if not len(named):
        summaries += [
            ("the mean", values["value"].mean()),
            ("the median", values["value"].median()),
        ]
    for what, value in summaries:
        if abs(value - claimed) <= close:
            return Judgement("agrees", f"It is {what}.", f"{value:.{shown}f}")
    found = "; ".join(f"{what}: {value:.{shown}f}" for what, value in summaries)
    if row["comparator"] == "reaching":
        return Judgement(
            "not traceable",
            f"It changed in the course of the coding; the first passes give {found}.",
            found,
        )
    if len(single) or not low - close <= claimed <= high + close:
        return Judgement(
            "contradicts data",
            f"The manuscript says {claimed:g}; the first passes give {found}.",
            found,
            found,
        )
    return Judgement(
        "not traceable",
        f"It is not said of which theme or code this is the {name}: they run from "
        f"{low:.{shown}f} to {high:.{shown}f}.",
        found,
    )


def _named(text, row, values):
    """The values of the themes and codes that the sentence names."""
    sentence = text[row["sentence_start"] : row["sentence_end"]].lower()
    named = values["of"].map(
        lambda of: (
            bool(of)
            and re.search(rf"\b{re.escape(of.replace('_', ' ').lower())}\b", sentence) is not None
        )
    )
    return values[named.astype(bool)]


def _name_of(words):
    for name, signs in {
        "alpha": ("alpha", "α"),
        "kappa": ("kappa", "κ"),
        "agreement": ("agreement", "concordance"),
        "ac1": ("ac1",),
        "pabak": ("pabak",),
    }.items():
        if any(sign in words for sign in signs):
            return name
    return words

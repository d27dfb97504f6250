"""How well the audit reads the invented sentences of its table, and its time for 1 MB of text.

    python benchmarks/audit.py

The sentences (tests/data/claim_sentences.csv) were written by those who wrote the grammar, some
before and some after it: the score says that nothing got worse, not how the audit does on a paper
it has not seen.
"""

import sys
import time
from collections import Counter
from pathlib import Path

import pandas as pd

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "src"), str(ROOT)]

from tests.claim_studies import STUDIES, audited, judged, manuscript, one_sentence  # noqa: E402

from analysis.manuscript.claims import find_claims  # noqa: E402


def score(sentences):
    """Claims expected, found and judged as expected, by kind of claim; sentences without any."""
    expected, found, right, quiet = Counter(), Counter(), Counter(), Counter()
    for row in sentences.itertuples(index=False):
        wanted = Counter(row.expected.split(" ; ")) if row.expected else Counter()
        got = judged(row.study, row.section, row.heading, row.sentence)
        written = one_sentence(row.section, row.heading, row.sentence)
        held = STUDIES[row.study]
        claims = find_claims(written, units=held.units, size=held.size)[0]
        own = claims["start"].ge(len(written.text) - len(row.sentence))
        for kind, told in zip(claims.loc[own, "kind"], got, strict=True):
            found[kind] += 1
            if wanted[told]:
                right[kind] += 1
                expected[kind] += 1
                wanted[told] -= 1
        expected["(read otherwise or not found)"] += sum(wanted.values())
        if not row.expected:
            quiet["sentences"] += 1
            quiet["with a false claim"] += bool(got)
    table = pd.DataFrame({"expected": expected, "found": found, "as expected": right})
    return table.fillna(0).astype(int).sort_index(), quiet


def one_megabyte(sentences):
    """The sentences as paragraphs of one manuscript, again and again."""
    words, length = [], 0
    while length < 1_000_000:
        words += sentences["sentence"].tolist()
        length = sum(map(len, words)) + 2 * len(words)
    blocks = [("paragraph", 0, sentence) for sentence in words]
    return manuscript(("heading", 1, "Results"), *blocks)


def main():
    path = ROOT / "tests" / "data" / "claim_sentences.csv"
    sentences = pd.read_csv(path, keep_default_na=False)
    table, quiet = score(sentences)
    print(table.to_string())
    print(f"sum: {table.sum().to_dict()}")
    print(f"without a claim: {dict(quiet)}")
    written = one_megabyte(sentences)
    held = STUDIES["ward"]
    started = time.process_time()
    claims, _ = find_claims(written, units=held.units, size=held.size)
    found = time.process_time()
    audited(written, "ward")
    done = time.process_time()
    print(f"{len(written.text):,} characters, {len(claims):,} claims: found in "
          f"{found - started:.1f} s, found, linked and judged in {done - found:.1f} s "
          "of processor time")  # fmt: skip


if __name__ == "__main__":
    main()

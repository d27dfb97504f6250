"""Studies in which little or nothing can be compared: phase 2 ends, and says so in words."""

import json
import re

import pandas as pd
import pytest

from analysis import pipeline
from analysis.study import PHASES
from tests.test_pipeline import CODINGS, newcomers_study

HEAD = CODINGS["ana"].partition("\n")[0] + "\n"
CLARA = HEAD + "night,,,She warmed the blanket first,kindness,,\nday,,,I stayed,staying,,\n"


def settle(folder, old, new):
    path = folder / "study.toml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def write(folder, name, text):
    (folder / name).write_text(text, encoding="utf-8")


def with_clara(folder):
    settle(folder, 'coders = ["ana", "ben"]', 'coders = ["ana", "ben", "clara"]')
    write(folder, "codings/clara.csv", CLARA)


def one_coder(folder):
    settle(folder, 'coders = ["ana", "ben"]', 'coders = ["ana"]')
    (folder / "codings/ben.csv").unlink()


def nothing_differs(folder):
    write(folder, "codings/ben.csv", CODINGS["ana"])


def nothing_coded(folder):
    for coder in CODINGS:
        write(folder, f"codings/{coder}.csv", HEAD)


def a_code_of_nobody(folder):
    write(folder, "codings/ana.csv", CODINGS["ana"].replace("We laughed 😀,laughter", ",kindness"))
    rows = [f"{coder},{essay},kindness;staying" for coder in CODINGS for essay in ("night", "day")]
    write(folder, "assignments.csv", "\n".join(["coder,essay_id,codes", *rows, ""]))
    (folder / "adjudications.csv").unlink()


def a_group_of_one(folder):
    with_clara(folder)
    settle(folder, "[study]", '[study]\ngroups = {two = ["ana", "ben"], one = ["clara"]}')


def nothing_shared(folder):
    write(folder, "codings/ana.csv", HEAD + "night,,,We laughed 😀,laughter,,\n")
    write(folder, "codings/ben.csv", HEAD + "day,,,He asked me to stay,staying,,\n")
    write(folder, "assignments.csv", "coder,essay_id,codes\nana,night,\nben,day,\n")


def one_codes_whole_essays(folder):
    text = HEAD + "night,,,,kindness,,\nday,,,,staying,,\n"
    write(folder, "codings/ben.csv", text)
    write(folder, "assignments.csv", "coder,essay_id,codes\n" + "".join(
        f"{coder},{essay},{codes}\n"
        for essay, code in (("night", "kindness"), ("day", "staying"))
        for coder, codes in (("ana", ""), ("ben", code))
    ))  # fmt: skip
    (folder / "adjudications.csv").unlink()


def one_read_more(folder):
    rows = "".join(f"ana,{essay},\n" for essay in ("night", "day")) + "ben,day,\n"
    write(folder, "assignments.csv", "coder,essay_id,codes\n" + rows)
    write(folder, "codings/ben.csv", HEAD + "day,,,He asked me to stay,staying,,\n")


def tables_and_words(folder, out, phases=PHASES[:2]):
    """The tables of phase 2, and what its notebook shows, as text."""
    pipeline.run(folder, out=out, phases=phases, say=lambda *_, **__: None)
    place = out / "processed" / PHASES[1]
    notebook = json.loads((place / f"{PHASES[1]}.ipynb").read_text(encoding="utf-8"))
    outputs = [o for cell in notebook["cells"] for o in cell.get("outputs", [])]
    words = ["".join(o.get("text", "")) for o in outputs]
    words += ["".join(o["data"].get("text/html", "")) for o in outputs if "data" in o]
    tables = {path.stem: pd.read_csv(path) for path in place.glob("agreement*.csv")}
    return tables, "\n".join(words)


@pytest.mark.parametrize(
    "change",
    [
        one_coder,
        nothing_differs,
        nothing_coded,
        a_code_of_nobody,
        a_group_of_one,
        nothing_shared,
        one_codes_whole_essays,
    ],
)
def test_phase_2_ends_and_each_value_or_its_reason_is_there(change, tmp_path):
    folder = newcomers_study(tmp_path / "study")
    change(folder)
    tables, words = tables_and_words(folder, tmp_path / "out")
    assert not re.search(r"\b(nan|NaN|inf)\b|<NA>", words)
    assert not re.search(
        r"(?<![\d.,])1 (essay|code|coder|coding|pair|reading|span|sentence)s\b", words
    )
    del tables["agreement_patterns"]
    for table in tables.values():
        value = "alpha" if "alpha" in table else "value"
        assert (table[value].isna() == table["undefined"].notna()).all()


def test_coders_who_never_differ_get_no_interval_from_resamples_and_it_is_said(tmp_path):
    folder = newcomers_study(tmp_path / "study")
    with_clara(folder)
    for coder in ("ben", "clara"):
        write(folder, f"codings/{coder}.csv", CODINGS["ana"])
    tables, words = tables_and_words(folder, tmp_path / "out")
    defined = tables["agreement"].dropna(subset="alpha")
    assert defined["alpha"].eq(1).all() and defined["alpha_low"].isna().all()
    assert defined["alpha_note"].eq("no interval: the resamples give one value").all()
    assert "1.00 (no interval)" in words
    assert "No interval, because the resamples give one value: " in words
    assert "1.00 (1.00" not in words


def test_a_coder_who_codes_whole_essays_is_missing_in_sentences_and_the_reason_says_so(tmp_path):
    folder = newcomers_study(tmp_path / "study")
    one_codes_whole_essays(folder)
    tables, words = tables_and_words(folder, tmp_path / "out")
    pairs = tables["agreement_pairs"].groupby("unit")["units"].sum()
    assert pairs["essay"] > 0 and pairs["sentence"] == 0
    pooled = tables["agreement_all_codes"].set_index(["unit", "coefficient"])["undefined"]
    assert pooled["sentence", "pooled alpha"] == "nothing was read by two coders who say where"
    assert "nothing was read by two coders who say where" in words


def test_of_a_study_with_one_pair_and_three_coders_no_row_mixes_the_two(tmp_path):
    folder = newcomers_study(tmp_path / "study")
    a_group_of_one(folder)
    tables, words = tables_and_words(folder, tmp_path / "out")
    assert tables["agreement"]["coders"].eq(3).all()
    assert "<th>alpha</th>" in words and "<th>kappa</th>" not in words
    assert "undefined: no essay was read by two coders" in words  # the group of one


def test_ac1_of_two_coders_is_of_what_both_read_as_its_interval_is(tmp_path):
    folder = newcomers_study(tmp_path / "study")
    one_read_more(folder)
    tables, _ = tables_and_words(folder, tmp_path / "out")
    names = ["code", "ac1", "ac1_low", "ac1_high"]
    pairs = tables["agreement_pairs"].query("unit == 'essay'")[names].set_index("code")
    ours = tables["agreement"][names].set_index("code").loc[pairs.index]
    pd.testing.assert_frame_equal(ours, pairs, check_dtype=False)


def test_a_study_of_one_coder_ends_in_its_figures(tmp_path):
    folder = newcomers_study(tmp_path / "study")
    one_coder(folder)
    tables_and_words(folder, tmp_path / "out", phases=PHASES)
    words = (tmp_path / "out" / "figures" / "agreement.txt").read_text(encoding="utf-8")
    assert "0 defined." in words and "nan" not in words

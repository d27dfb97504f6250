from collections import defaultdict

import pandas as pd
import pytest
from lxml import html

from analysis.problems import UnknownName
from analysis.reading import (
    captioned,
    count,
    first_of,
    named,
    percent,
    show_contributions,
    show_disagreements,
    show_essay,
    show_extracts,
    show_table,
    with_limits,
)

TEXT = (
    "We met <script>alert(\"1\")</script> & 'wept'.\n\n"
    "The cafe\u0301 \U0001f469\u200d\u2695\ufe0f was full.\n\nWe went home."
)  # an accent that combines, an emoji of four code points
ESSAYS = pd.DataFrame({"essay_id": ["E1", "E2"], "text": [TEXT, "Thank you all, truly."]})


def codings(*rows, text=TEXT):
    """Codings from (coder, code, quotation) in E1; an empty quotation codes the whole essay."""
    places = [(text.index(q), text.index(q) + len(q)) if q else (pd.NA, pd.NA) for *_, q in rows]
    return pd.DataFrame(
        {
            "coding_id": [f"c{n}" for n in range(len(rows))],
            "coder": [coder for coder, _, _ in rows],
            "essay_id": "E1",
            "start": pd.array([start for start, _ in places], dtype="Int64"),
            "end": pd.array([end for _, end in places], dtype="Int64"),
            "quotation": [quotation for *_, quotation in rows],
            "code": [code for _, code, _ in rows],
            "memo": "",
            "date": "",
        }
    )


CODINGS = codings(
    ("ana", "crowd", TEXT[3:60]),  # over the paragraph's end, across the next
    ("ana", "place", "cafe\u0301 \U0001f469\u200d\u2695\ufe0f"),
    ("ana", "crowd", "full.\n\nWe went"),
    ("ana", "tears", ""),
    ("ben", "tears", "'wept'"),
    ("ben", "crowd", "\u200d\u2695\ufe0f was full"),
)
CODEBOOK = pd.DataFrame(
    {"code": ["crowd", "place", "tears", "pride"], "theme": ["us", "where", "", "proud"]}
)
THEMES = pd.DataFrame(
    {
        "theme": ["us", "where", "proud"],
        "label": ["Together", "Places", "Pride"],
        "parent": ["", "us", ""],
    }
)
PRESENCE = pd.DataFrame(
    [
        ("E1", code, coder, int(((CODINGS.code == code) & (CODINGS.coder == coder)).any()))
        for code in CODEBOOK.code
        for coder in ("ana", "ben")
    ],
    columns=["essay_id", "code", "coder", "present"],
)


def tree(view):
    return html.fragment_fromstring(view.data)


def words(view):
    root = tree(view)
    for style in root.findall(".//style"):
        style.drop_tree()
    return " ".join(root.text_content().split())


def cells(view, coder):
    return tree(view).xpath(f"//*[contains(@class, 'ta-text') and @data-coder='{coder}']")


def essay_text(view, coder):
    """The essay as a column shows it: all of its text but the numbered brackets."""
    return "".join(t for c in cells(view, coder) for t in c.xpath(".//text()[not(parent::sup)]"))


def marked(view, coder):
    """Coding -> the text between its opening and its closing bracket, all of it in <mark>."""
    open_, found = set(), defaultdict(str)
    for node in (node for cell in cells(view, coder) for node in cell.iter()):
        match node.get("data-kind"):
            case "opens":
                open_.add(node.get("data-coding"))
            case "closes":
                open_.remove(node.get("data-coding"))
        if node.tag == "mark" or node.get("class") == "ta-break":
            for key in open_:
                found[key] += node.text
    return dict(found)


@pytest.mark.parametrize("coder", ["ana", "ben"])
def test_essay_column_holds_the_essay_text_exactly(coder):
    assert essay_text(show_essay("E1", ESSAYS, CODINGS), coder) == TEXT


@pytest.mark.parametrize("coder", ["ana", "ben"])
def test_text_between_brackets_is_the_quotation_also_where_codings_overlap(coder):
    spans = CODINGS[(CODINGS.coder == coder) & CODINGS.start.notna()]
    expected = dict(zip(spans.coding_id, spans.quotation, strict=True))
    assert marked(show_essay("E1", ESSAYS, CODINGS), coder) == expected


def test_markup_in_an_essay_shows_as_text():
    views = [
        show_essay("E1", ESSAYS, CODINGS),
        show_extracts(ESSAYS, CODINGS, code="crowd"),
        show_disagreements("E1", ESSAYS, CODINGS, PRESENCE),
    ]
    for view in views:
        assert not tree(view).findall(".//script")
        assert "<script>alert(" in words(view)


def test_markup_in_names_and_memos_shows_as_text():
    odd = CODINGS.assign(memo="<i>hm</i>").replace({"code": {"crowd": "<u>&'\""}})
    root = tree(show_essay("E1", ESSAYS, odd))
    assert not root.findall(".//u") and "<u>&'\"" in root.xpath("//mark/@title")
    assert not tree(show_extracts(ESSAYS, odd, code="tears")).findall(".//i")


def test_each_stretch_is_labelled_without_colour():
    """In each paragraph a numbered bracket stands before the first mark, its code's name below."""
    for coder in ("ana", "ben"):
        for cell in cells(show_essay("E1", ESSAYS, CODINGS), coder):
            open_ = set()
            for node in cell.iter("sup", "mark"):
                if node.tag == "mark":
                    assert set(node.get("title").split("; ")) == {name for _, name in open_}
                elif node.get("data-kind") in ("opens", "enters"):
                    open_.add((node.get("data-coding"), node.get("title")))
                elif node.get("data-kind") == "closes":
                    open_.remove((node.get("data-coding"), node.get("title")))
            names = cell.getnext().text_content()
            assert all(sup.get("title") in names for sup in cell.iter("sup"))


def test_a_code_has_one_number_in_both_columns():
    root = tree(show_essay("E1", ESSAYS, CODINGS))
    numbers = {
        (sup.get("title"), sup.text.strip("[]…")) for sup in root.iter("sup") if sup.get("title")
    }
    assert len(numbers) == 3


def test_coding_over_a_paragraphs_end_is_carried_by_labels():
    kinds = [
        [s.text for s in c.iter("sup")] for c in cells(show_essay("E1", ESSAYS, CODINGS), "ana")
    ]
    assert kinds[0] == ["[2", "2…"] and kinds[1][0] == "…2"


def test_whole_essay_codings_stand_above_the_text():
    text = words(show_essay("E1", ESSAYS, CODINGS))
    assert text.index("Whole essay: tears Whole essay: none") < text.index("We met")
    assert "1 whole-essay coding in 1 of 2 essays" in words(
        show_extracts(ESSAYS, CODINGS[CODINGS.coder == "ana"], code="tears")
    )


def test_essay_without_codings_is_shown_all_the_same():
    view = show_essay("E1", ESSAYS, CODINGS.iloc[:0])
    assert essay_text(view, "nobody") == TEXT and "No codings to show." in words(view)
    assert "ben: 0 codings" in words(show_essay("E2", ESSAYS, CODINGS))


def test_empty_essay_is_shown():
    assert "ana: 0 codings" in words(
        show_essay("E3", ESSAYS.replace("E1", "E3").assign(text=""), CODINGS)
    )


def test_left_out_codings_are_counted():
    view = show_essay("E1", ESSAYS, CODINGS, coders=["ana"], codes=["crowd"])
    assert "4 codings of this essay left out" in words(view)
    assert not cells(view, "ben")


def test_three_coders_stand_one_under_the_other():
    three = pd.concat([CODINGS, codings(("eva", "place", "home")).assign(coding_id="x")])
    view = show_essay("E1", ESSAYS, three)
    assert len(tree(view).xpath("//table[not(contains(@class, 'ta-key'))]")) == 3
    assert "3 coders, one under the other" in words(view)


def test_extracts_count_name_the_coder_and_say_where_both_marked():
    text = words(show_extracts(ESSAYS, CODINGS, code="crowd", context=10))
    assert "3 quotations in 1 of 2 essays (ana 2, ben 1)." in text
    assert "ben; overlaps with a quotation of ana; overlaps with a quotation of ana" in text


def test_same_words_of_two_coders_are_shown_once():
    both = codings(("ana", "place", "home"), ("ben", "place", "home"))
    text = words(show_extracts(ESSAYS, both, code="place"))
    assert "2 quotations in 1 of 2 essays" in text and text.count("[home]") == 1
    assert "ana and ben (same words)" in text


def test_extracts_of_a_theme_take_in_its_sub_themes():
    text = words(show_extracts(ESSAYS, CODINGS, theme="us", codebook=CODEBOOK, themes=THEMES))
    assert "Theme Together Codes: crowd, place 4 quotations" in text


def test_context_is_cut_at_words():
    text = words(show_extracts(ESSAYS, codings(("ana", "place", "full")), code="place", context=6))
    assert "… was [full]. We …" in text


def test_contributions_give_status_and_name_what_is_not_touched():
    consensus = pd.DataFrame(
        [
            ("E1", "crowd", "present", "all coders", "", ""),
            ("E1", "place", "unresolved", "not yet adjudicated", "", ""),
            ("E1", "tears", "absent", "adjudicated absent", "a joke", "eva"),
        ],
        columns=["essay_id", "code", "status", "provenance", "reason", "by"],
    )
    text = words(show_contributions("E1", ESSAYS, CODINGS, consensus, CODEBOOK, THEMES))
    assert "Together: present crowd: present (all coders)" in text
    assert "Places: unresolved place: unresolved (not yet adjudicated)" in text
    assert "Codes outside the themes tears: absent (adjudicated absent, eva): a joke" in text
    assert text.endswith("Not touched: Pride.")


def test_disagreements_show_what_the_other_coded_on_the_same_words():
    both = codings(("ana", "crowd", "We went home"), ("ben", "place", "We went home"))
    text = words(show_disagreements("E1", ESSAYS, both, PRESENCE.assign(present=[1, 0, 0, 1] * 2)))
    assert "crowd: marked by ana, not by ben" in text
    assert "[We went home]. ben: same words, coded place" in text


def test_disagreements_say_when_nothing_is_there_and_leave_out_agreement():
    both = codings(
        ("ana", "crowd", "went"), ("ana", "place", "We met"), ("ben", "crowd", "went home")
    )
    text = words(show_disagreements("E1", ESSAYS, both, PRESENCE, context=5))
    assert "ben: nothing here" in text and "crowd:" not in text


def test_coder_not_asked_for_a_code_is_not_compared():
    asked = PRESENCE[(PRESENCE.coder == "ana") | (PRESENCE.code != "place")]
    assert "place:" not in words(show_disagreements("E1", ESSAYS, CODINGS, asked))
    alone = PRESENCE[PRESENCE.coder == "ana"]
    assert "nothing to compare" in words(show_disagreements("E1", ESSAYS, CODINGS, alone))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: show_essay("e1", ESSAYS, CODINGS),
            "There is no essay 'e1'. Did you mean 'E1'? essays['essay_id'].unique() lists all 2.",
        ),
        (
            lambda: show_essay("E1", ESSAYS, CODINGS, coders=["anna"]),
            "There is no coder 'anna'. Did you mean 'ana'? codings['coder'].unique() lists all 2.",
        ),
        (
            lambda: show_extracts(ESSAYS, CODINGS, code="xyz"),
            "There is no code 'xyz'. codings['code'].unique() lists all 3.",
        ),
        (
            lambda: show_extracts(ESSAYS, CODINGS, theme="wher", codebook=CODEBOOK, themes=THEMES),
            "There is no theme 'wher'. Did you mean 'where'? themes['theme'].unique() lists all 3.",
        ),
        (
            lambda: show_disagreements("E1", ESSAYS, CODINGS, PRESENCE, codes="crwd"),
            "There is no code 'crwd'. Did you mean 'crowd'? presence['code'].unique() lists all 4.",
        ),
        (
            lambda: show_extracts(ESSAYS, CODINGS),
            "Name one code or one theme: code='...' or theme='...'.",
        ),
    ],
)
def test_unknown_name_is_answered_with_the_closest_and_where_to_look(call, message):
    with pytest.raises(UnknownName) as error:
        call()
    assert str(error.value) == message


def test_views_are_the_same_each_time_and_in_any_order_of_rows():
    shuffled = CODINGS.sample(frac=1, random_state=3)
    assert show_essay("E1", ESSAYS, CODINGS).data == show_essay("E1", ESSAYS, shuffled).data


def test_views_need_no_script_and_no_network():
    page = show_essay("E1", ESSAYS, CODINGS).data
    assert not any(word in page for word in ("<script", "http", "src=", "url(", "@import"))


def test_table_shows_markup_as_text_and_no_index():
    table = pd.DataFrame({"a_b": ["<b>x</b>", "y"]}, index=[7, 8])
    html = show_table(table).data
    assert (
        "&lt;b&gt;x&lt;/b&gt;" in html
        and "<th>a b</th>" in html
        and "7" not in html.split("</style>")[1]
    )


def test_table_leaves_missing_values_empty_rounds_fractions_and_spaces_names():
    table = pd.DataFrame({"code": ["a_b"], "essay": ["d_1"], "alpha": [0.256], "n": [3]})
    table = pd.concat([table, pd.DataFrame({"code": ["c"], "n": pd.array([pd.NA], "Int64")})])
    row, other = tree(show_table(table)).xpath("//tr[td]")
    assert [cell.text for cell in row] == ["a b", "d_1", "0.26", "3"]
    assert [cell.text for cell in other] == ["c", None, None, None]


def test_empty_table_says_so():
    assert words(show_table(pd.DataFrame(columns=["a"]))) == "Nothing to list."


def test_essay_is_shown_alone_before_anything_is_coded():
    assert words(show_essay("E2", ESSAYS)) == "Essay E2Thank you all, truly."


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (count(1, "essay"), "1 essay"),
        (count(1204, "essay"), "1,204 essays"),
        (count(0, "branch", "branches"), "0 branches"),
        (percent(0.386), "39 %"),
        (percent(float("nan")), "undefined"),
        (named([]), "none"),
        (named(["a_b"]), "a b"),
        (named(["d_1"], ids=True), "d_1"),
        (named("abc"), "a, b and c"),
        (named("abcd", most=2), "a, b and 2 more"),
        (first_of(2, 5, "memo"), "The first 2 of 5 memos"),
        (first_of(5, 5, "memo"), "All 5 memos"),
        (first_of(1, 1, "memo"), "1 memo"),
        (first_of(0, 0, "memo"), "0 memos"),
    ],
)
def test_words(said, expected):
    assert said == expected


def test_long_captions_are_broken_into_lines():
    assert captioned("Essays. " * 20) == "Essays. " * 11 + "Essays.\n" + "Essays. " * 7 + "Essays."


def test_values_stand_with_their_interval_or_the_reason_why_there_is_none():
    table = pd.DataFrame(
        {
            "alpha": [0.264, -0.001, None],
            "alpha_low": [-0.158, None, None],
            "alpha_high": [0.59, None, None],
            "undefined": ["", "", "no coder used it"],
        }
    )
    said = ["0.26 (−0.16 to 0.59)", "0.00 (no interval)", "undefined: no coder used it"]
    assert with_limits(table, "alpha").tolist() == said
    assert with_limits(table, "alpha", without="").tolist()[1] == "0.00"
    plain = table.rename(columns=lambda name: name.removeprefix("alpha_").replace("alpha", "value"))
    assert with_limits(plain, "value").tolist() == said

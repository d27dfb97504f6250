"""The page: what stands in it, and how it behaves in a browser (where there is one)."""

import contextlib
import re
import shutil
from collections import defaultdict

import pandas as pd
import pytest
from lxml import html

from analysis.report import read_picture, report_page
from analysis.study import ROOT
from tests import shipped_study

EVIL = (
    "We <script>alert(1)</script> & <b>wept</b> \"both\" 'here'.\n\n"
    "The cafe\u0301 \U0001f469\u200d\u2695\ufe0f closed."
)
ESSAYS = pd.DataFrame({"essay_id": ["E 1", "E<2>"], "text": [EVIL, "Thank you all."]})
CODEBOOK = pd.DataFrame(
    [("tears", "us", "crying"), ("place", "where", ""), ("noise", "", "")],
    columns=["code", "theme", "definition"],
)
THEMES = pd.DataFrame(
    [("us", "Together", "", "both"), ("where", "Places & <i>rooms</i>", "us", "one")],
    columns=["theme", "label", "parent", "perspective"],
).assign(definition="What it is.", narrative="")
COUNTS = THEMES.assign(
    n_low=[1, 1], n_high=[2, 1], essays=2, all_coders=1, any_coder=2, coder_ana=1, coder_ben=1
)
FINDINGS = pd.DataFrame(
    [("contradicts data", "Results", "<b>n = 2</b>", "The codings give 1.", "n = 1")],
    columns=["verdict", "section", "snippet", "reason", "suggestion"],
)
FIRST = "section.theme .code li a.at"


def codings(*rows):
    """From (coder, code, essay, quotation); an empty quotation codes the whole essay."""
    table = pd.DataFrame(rows, columns=["coder", "code", "essay_id", "quotation"])
    texts = ESSAYS.set_index("essay_id")["text"]
    starts = [texts[e].index(q) if q else pd.NA for e, q in table[["essay_id", "quotation"]].values]
    table["start"] = pd.array(starts, dtype="Int64")
    table["end"] = table["start"] + table["quotation"].str.len()
    return table.assign(memo=["why <me>?", *[""] * (len(table) - 1)])


CODINGS = codings(
    ("ana", "tears", "E 1", "<b>wept</b> \"both\" 'here'.\n\nThe"),
    ("ben", "tears", "E 1", "<b>wept</b>"),
    ("ben", "place", "E 1", "The cafe\u0301 \U0001f469\u200d\u2695\ufe0f"),
    ("ana", "place", "E 1", "The cafe\u0301 \U0001f469\u200d\u2695\ufe0f"),
    ("ana", "noise", "E<2>", ""),
)
MARKED = {*zip(CODINGS["essay_id"], CODINGS["code"], CODINGS["coder"], strict=True)}
PRESENCE = pd.DataFrame(
    [(e, c, k, int((e, c, k) in MARKED))
     for e in ESSAYS["essay_id"] for c in CODEBOOK["code"] for k in ("ana", "ben")],
    columns=["essay_id", "code", "coder", "present"],
)  # fmt: skip
CONSENSUS = pd.DataFrame(
    [("E 1", "tears", "present", "all coders", ""), ("E 1", "place", "absent",
     "adjudicated absent against all readers", "no <place>"),
     ("E<2>", "noise", "unresolved", "not yet adjudicated", "")],
    columns=["essay_id", "code", "status", "provenance", "reason"],
)  # fmt: skip


def small(approach="codebook", *, with_essays=True, codings=CODINGS, findings=None):
    return report_page(
        ESSAYS, codings, PRESENCE, CONSENSUS, CODEBOOK, THEMES, COUNTS, title="A <study>",
        note="Invented.", language="en", approach=approach, rule="adjudicated",
        colours={"us": "#0072b2", "where": "#c2570c"}, with_essays=with_essays, findings=findings,
    )  # fmt: skip


def tree(data):
    return html.document_fromstring(data.decode("utf-8"))


def text_of(node):
    return " ".join(node.text_content().split())


def essay_text(node):
    """The essay as it stands in the page: without the numbers before and behind quotations."""
    return "".join(node.xpath(".//text()[not(parent::a) and not(parent::i)]"))


def marked(article):
    """Number of a quotation -> the words between its two numbers."""
    found, open_ = defaultdict(str), set()
    for node in article.xpath(".//div[contains(@class, 'text')]//*"):
        if node.tag == "a":
            open_.add(node.text)
        elif node.tag == "i":
            open_.remove(node.text)
        elif node.tag == "mark":
            assert set(node.get("data-q").split()) == open_
            for number in open_:
                found[number] += node.text
    return found


# What stands in it -------------------------------------------------------------------------------


def test_markup_in_essays_names_and_memos_shows_as_text():
    data = small(findings=FINDINGS)
    root = tree(data)
    assert len(root.findall(".//script")) == 1  # the page's own
    assert not root.xpath("//b[text()='wept'] | //i[text()='rooms'] | //b[text()='n = 2']")
    words = text_of(root)
    for said in ("<script>alert(1)</script>", "Places & <i>rooms</i>", "why <me>?", "<b>n = 2</b>"):
        assert said in words


def test_each_essay_stands_in_the_page_exactly():
    texts = [essay_text(div) for div in tree(small()).xpath("//article//div[@dir='auto']")]
    assert texts == ESSAYS["text"].tolist()


def test_words_between_two_numbers_are_the_quotation_also_where_they_overlap():
    article = tree(small()).xpath("//article")[0]
    assert sorted(marked(article).values()) == sorted(
        set(CODINGS.loc[CODINGS["essay_id"].eq("E 1"), "quotation"])
    )


def test_of_quotations_that_end_together_the_one_that_began_last_closes_first():
    twice = codings(("ana", "tears", "E<2>", "you all."), ("ana", "place", "E<2>", "all."))
    numbers = tree(small(codings=twice)).xpath("//article[2]//div[@dir='auto']/i/text()")
    assert numbers == ["2", "1"]


def test_shipped_essays_and_quotations_stand_in_the_page_exactly():
    root = tree(shipped_study.html())
    essays = shipped_study.read_output(shipped_study.PROCESSED / "1_familiarisation" / "essays.csv")
    texts = [essay_text(div) for div in root.xpath("//article//div[@dir='auto']")]
    assert texts == essays["text"].tolist()
    for article in root.xpath("//article"):
        words = marked(article)
        for item in root.xpath(f"//li[a[starts-with(@id, '{article.get('id')}q')]]"):
            number = item.find("a").get("id").split("q")[1]
            assert item.find("q").text_content() == words[number]


def test_every_link_leads_somewhere_and_back():
    root = tree(shipped_study.html(pictures=shipped_study.pictures()))
    ids = root.xpath("//@id")
    assert len(ids) == len(set(ids))
    assert {link.lstrip("#") for link in root.xpath("//a/@href")} <= set(ids)
    there = {a.get("id"): a.get("href")[1:] for a in root.xpath("//li/a[@class='at']")}
    back = {a.get("href")[1:]: a.get("id") for a in root.xpath("//article//a")}
    assert there == back and len(there) > 500


def test_quotation_says_who_marked_it_and_whether_it_counts():
    items = {text_of(li) for li in tree(small()).xpath("//li[@data-c]")}
    assert any("ana, and with other boundaries ben; memo of ana: why <me>?" in i for i in items)
    assert any("ana and ben; not counted, adjudicated absent against all" in i for i in items)
    assert any("E<2>.1 the whole essay ana; open" in i for i in items)


def test_quotations_only_holds_no_essay():
    words = text_of(tree(small(with_essays=False)))
    assert "closed." not in words and "Thank you" not in words
    assert "characters 31-42" in words and "the essays themselves are left out" in words


def test_count_is_given_with_its_essays_and_a_range_without_a_percent():
    words = text_of(tree(small()))
    assert "1-2 of 2" in words and "of N = 2" in words and "confidence interval" in words


def test_reflexive_study_has_its_counts_and_coefficients_in_the_supplement_only():
    def split(approach):
        root = tree(shipped_study.html(approach, pictures=shipped_study.pictures()))
        (supplement,) = root.xpath("//section[@id='supplement']") or [None]
        if supplement is not None:
            supplement.drop_tree()
        figures = [f.get("id") for f in (supplement if supplement is not None else [])
                   if f.tag == "figure"]  # fmt: skip
        return text_of(root), "" if supplement is None else text_of(supplement), figures

    main, supplement, figures = split("reflexive")
    assert "21 of 22 (95 %)" not in main and "21 of 22 (95 %)" in supplement
    assert figures == ["figure-prevalence", "figure-agreement"]
    assert "Convergence and divergence between readings" in supplement
    main, supplement, _ = split("codebook")
    assert "21 of 22 (95 %)" in main and supplement == ""
    assert "Agreement between coders" in main


def test_approach_changes_places_and_headings_never_a_number():
    def numbers(approach):
        words = text_of(tree(shipped_study.html(approach)).xpath("//main")[0])
        return set(re.findall(r"\d+ of \d+ \(\d+ %\)|\d+ codings|\d+ quotations?", words))

    assert numbers("codebook") == numbers("coding_reliability") == numbers("reflexive")


def test_audit_of_the_manuscript_is_shown_where_there_is_one():
    assert "What the manuscript says" not in text_of(tree(small()))
    words = text_of(tree(small(findings=FINDINGS)))
    assert "1 finding: contradicts data 1." in words and "The codings give 1. n = 1" in words
    both = pd.concat([FINDINGS.assign(verdict="agrees"), FINDINGS], ignore_index=True)
    verdicts = tree(small(findings=both)).xpath("//section[@id='audit']//tbody//th/text()")
    assert verdicts == ["contradicts data", "agrees"]
    assert "The audit has no finding." in text_of(tree(small(findings=FINDINGS[:0])))


def test_page_allows_its_own_style_and_script_and_nothing_else():
    root = tree(shipped_study.html(pictures=shipped_study.pictures()))
    policy = root.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")[0]
    assert policy.startswith("default-src 'none'; img-src data:;") and "unsafe" not in policy
    assert not root.xpath("//@style") and not root.xpath("//*[@*[starts-with(name(), 'on')]]")
    sources = [*root.xpath("//@src"), *root.xpath("//@href")]
    assert sources and all(source.startswith(("data:image/", "#")) for source in sources)


def test_smaller_file_of_a_figure_is_taken_with_its_alternative_text(tmp_path):
    (tmp_path / "a.svg").write_bytes(b"<svg/>" * 9)
    (tmp_path / "a.png").write_bytes(b"png")
    picture = read_picture(tmp_path, "a", caption="", alt="Bars")
    assert picture.source == "data:image/png;base64,cG5n" and picture.alt == "Bars"
    root = tree(shipped_study.html(pictures=shipped_study.pictures()))
    assert root.xpath("//img/@alt")[0] == "What prevalence shows."


def test_figure_of_any_name_has_a_heading(tmp_path):
    (tmp_path / "new_kind.png").write_bytes(b"png")
    picture = read_picture(tmp_path, "new_kind", caption="", alt="")
    root = tree(shipped_study.html(pictures=[picture]))
    assert root.xpath("//figure/h3/text()") == ["New kind"]


def test_order_of_the_codings_does_not_change_the_page():
    assert small() == small(codings=CODINGS.iloc[::-1])


def test_study_without_codings_has_a_page():
    words = text_of(tree(small(codings=CODINGS.iloc[:0])))
    assert "0 codings by 0 coders at 0 places" in words and "Nothing is coded" in words


# In a browser ------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def browser():
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        pytest.skip("chromium is not installed")
    with playwright.sync_playwright() as runner:
        started = runner.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield started
        started.close()


@pytest.fixture
def opened(browser, tmp_path):
    """Open a page; at the end nothing may have been said on the console or asked of the network."""
    said, asked, contexts = [], [], []

    def open_(data, **how):
        file = tmp_path / "report.html"
        file.write_bytes(data)
        contexts.append(browser.new_context(**{"viewport": {"width": 1400, "height": 900}} | how))
        tab = contexts[-1].new_page()
        tab.on("console", lambda message: said.append(message.text))
        tab.on("pageerror", lambda error: said.append(str(error)))
        tab.on("dialog", lambda dialog: said.append(dialog.message))
        tab.on("request", lambda request: asked.append(request.url))
        tab.goto(file.as_uri())
        asked[:] = [url for url in asked if url != file.as_uri() and not url.startswith("data:")]
        return tab

    yield open_
    with contextlib.ExitStack() as closing:
        for context in contexts:
            closing.callback(context.close)
    assert said == [] and [url for url in asked if not url.startswith("data:")] == []


def in_view(tab, selector):
    box, size = tab.locator(selector).bounding_box(), tab.viewport_size
    return 0 <= box["y"] < size["height"] and 0 <= box["x"] < size["width"]


def lit(tab):
    return "".join(tab.locator("mark.here").all_text_contents())


@pytest.mark.parametrize("width", [1400, 390], ids=["desktop", "phone"])
def test_click_goes_from_a_theme_to_a_quotation_to_its_essay_and_back(opened, width):
    wide = FINDINGS.assign(reason="a_theme_with_a_name_of_many_letters " * 3)
    data = shipped_study.html(findings=wide)
    tab = opened(data, viewport={"width": width, "height": 844})
    tab.click("#overview a:text('resilience')")
    quotation = tab.locator("section.theme:has(h3:text('resilience')) li").first
    link = quotation.locator("a.at")
    place = link.get_attribute("href")
    link.click()
    assert in_view(tab, place)
    assert in_view(tab, f"[id='{place[1:].replace('m', 'q')}']") == (width > 1000)  # side by side
    assert lit(tab) == quotation.locator("q").text_content()
    tab.click(place)
    assert in_view(tab, f"[id='{place[1:].replace('m', 'q')}']")
    assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_keyboard_alone_goes_there_and_back_and_filters(opened):
    tab = opened(shipped_study.html())
    tab.keyboard.press("Tab")
    assert tab.evaluate("document.activeElement.textContent") == "To the themes"
    tab.keyboard.press("Enter")
    while tab.evaluate("document.activeElement.id") != "by-coder":
        tab.keyboard.press("Tab")
    tab.keyboard.press("ArrowDown")
    assert " of 507 quotations are shown" in tab.text_content("#shown")
    while not (at := tab.evaluate("document.activeElement.id")).startswith("e"):
        tab.keyboard.press("Tab")
    tab.keyboard.press("Enter")
    assert tab.evaluate("document.activeElement.id") == at.replace("q", "m") and in_view(
        tab, f"#{at.replace('q', 'm')}"
    )
    tab.keyboard.press("Enter")
    assert tab.evaluate("document.activeElement.id") == at and in_view(tab, f"#{at}")


def test_filters_show_what_fits_all_of_them_in_list_and_essay(opened):
    tab = opened(small())
    tab.select_option("#by-coder", "ben")
    assert tab.locator(".code li:visible").count() == 2
    assert tab.text_content("#shown").startswith("2 of 4 quotations are shown.")
    assert tab.locator("article a.m:visible").count() == 2
    assert tab.locator("mark:not(.off)").all_text_contents() == ["<b>wept</b>", *(
        ["The", " cafe\u0301 \U0001f469\u200d\u2695\ufe0f"])]  # fmt: skip
    tab.select_option("#by-counted", "not counted")
    assert "not counted" in tab.locator(".code li:visible").text_content()
    tab.select_option("#by-readers", "some")
    assert tab.locator(".code li:visible").count() == 0
    tab.click("#show-all")
    assert tab.text_content("#shown") == "All 4 quotations are shown."


def test_theme_filter_takes_in_sub_themes_and_does_not_change_a_count(opened):
    tab = opened(small())
    before = tab.text_content("#overview")
    tab.select_option("#by-theme", label="Together")
    assert tab.locator("section.theme:visible").count() == 2
    tab.select_option("#by-theme", label="– Places & <i>rooms</i>")
    assert tab.locator("section.theme:visible").count() == 1
    assert tab.text_content("#overview") == before


def test_link_to_what_a_filter_hides_shows_all_again(opened):
    tab = opened(small())
    tab.select_option("#by-coder", "ben")
    tab.evaluate("location.hash = 'e1q1'")
    tab.wait_for_selector("#e1q1:visible")
    assert tab.text_content("#shown") == "All 4 quotations are shown."


def test_markup_of_an_essay_does_nothing_and_is_read(opened):
    tab = opened(small(findings=FINDINGS))
    assert "We <script>alert(1)</script> & " in tab.text_content("article >> nth=0")
    assert tab.locator("article b", has_text="wept").count() == 0


def test_page_reads_and_leads_without_javascript(opened):
    tab = opened(shipped_study.html(), java_script_enabled=False)
    assert tab.locator("#filter").is_hidden()
    link = tab.locator(FIRST).first
    place = link.get_attribute("href")
    link.click()
    assert in_view(tab, place)


def test_printed_page_leaves_out_what_is_for_the_screen(opened):
    tab = opened(shipped_study.html())
    tab.emulate_media(media="print")
    assert tab.locator("#filter").is_hidden() and tab.locator("article").last.is_visible()
    assert tab.evaluate("getComputedStyle(document.getElementById('essays')).position") == "static"


def test_inline_figures_are_drawn(opened):
    tab = opened(shipped_study.html(pictures=shipped_study.pictures()))
    widths = tab.evaluate("[...document.images].map(image => image.naturalWidth)")
    assert len(widths) == 3 and min(widths) > 200


# Contrast ----------------------------------------------------------------------------------------


def luminance(colour):
    def linear(part):
        return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4

    red, green, blue = (linear(part / 255) for part in colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one, other):
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def rgb(colour):
    digits = colour.lstrip("#")
    digits = "".join(2 * d for d in digits) if len(digits) == 3 else digits
    return [int(digits[i : i + 2], 16) for i in (0, 2, 4)]


@pytest.mark.parametrize("scheme", ["light", "dark", "print"])
def test_text_is_readable_on_every_theme_colour(scheme):
    """WCAG 2.2, 1.4.3: 4.5 to 1, for words on paper, on a theme's tint and on the lit place."""
    from analysis.figures.page import THEME_COLOURS

    css = (ROOT / "src" / "analysis" / "report" / "page.css").read_text(encoding="utf-8")
    schemes = dict(
        zip(("light", "dark", "print"), re.findall(r":root \{(.*?)\}", css, re.S), strict=True)
    )
    values = dict(re.findall(r"--([a-z]+): ([#\w%]+)", schemes["light"]))
    values |= dict(re.findall(r"--([a-z]+): ([#\w%]+)", schemes[scheme]))
    paper, share = rgb(values["paper"]), int(values["mark"].rstrip("%")) / 100
    tints = [
        [share * c + (1 - share) * p for c, p in zip(rgb(colour), paper, strict=True)]
        for colour in THEME_COLOURS
    ]
    assert min(contrast(rgb(values["ink"]), tint) for tint in tints) >= 4.5
    for words in ("ink", "soft", "link"):
        for ground in ("paper", "here"):
            assert contrast(rgb(values[words]), rgb(values[ground])) >= 4.5, (words, ground)

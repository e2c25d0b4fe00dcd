"""The PDF: what it says, how it is tagged, and that it never varies."""

import hashlib
import json
import logging
import re
from dataclasses import replace
from pathlib import Path

import pytest

from tests.treatments.reports import pdf_reading as pdf
from tests.treatments.reports.samples import (
    CASE,
    EMERGENCY,
    EVALUATION,
    HEADER,
    LADDER,
    with_patient,
)
from treatments.reports import render as rendering
from treatments.reports.content import PrintedDecision
from treatments.reports.glyphs import FONTS, breakable, printable
from treatments.reports.render import TemplateError, UnprintableTextError, render

# A4 less the margin of 17 mm, in points; a space at the end of a line hangs over it.
RIGHT_EDGE = (210 - 17) / 25.4 * 72 + 3


@pytest.fixture(scope="module")
def ladder() -> bytes:
    return render(LADDER)


@pytest.fixture(scope="module")
def emergency() -> bytes:
    return render(EMERGENCY)


@pytest.mark.parametrize(
    "words",
    [
        "Zhang 张, Wei 伟",
        "H-0012345",
        "Preliminary report",
        "The treating surgeon",
        "Options to consider",
        "Interlaminar full-endoscopic discectomy",
        "A defect of ≥ 6 mm is not closed by this route.",
        "ENDO-IL-08",
        "strong, moderate certainty",
        "Review was due 2026-01-31",
        "Small wound and little muscle damage",
        "Open: an answer that is not known yet could change the advice.",
        "Could change the advice Disc height (L5-S1)",
        "Calcification None",
        "Plasma nucleoplasty, Radiofrequency",
        "Open until known: Posterior disc height, Annular defect width MED-S-02",
        "Warning. The MRI is older than 6 months.",
        "Fits the films.",
        "[citation to be verified]",
        "3f2a" * 16,
        "Not signed off by a surgeon: not for clinical use",
        "Urgency: early",
    ],
)
def test_the_report_says(ladder, words):
    assert pdf.says(pdf.text(ladder), words)


def test_each_page_names_patient_number_judgement_and_how_many_there_are(ladder):
    pages = pdf.pages(ladder)
    for number, page in enumerate(pages, start=1):
        assert pdf.says(page, "Zhang 张, Wei 伟 · H-0012345 · born 1983-04-02")
        assert "Not a substitute for the surgeon’s judgement." in page
        assert f"page {number} of {len(pages)}" in page


def test_a_ladder_report_of_ordinary_size_has_two_pages(ladder):
    assert len(pdf.pages(ladder)) == 2


def test_what_was_entered_and_what_is_missing_stand_above_the_advice(ladder):
    text = pdf.text(ladder)
    order = ["What was entered", "What is not known", "Options to consider"]
    assert [text.index(words) for words in order] == sorted(map(text.index, order))


def test_an_emergency_puts_the_flag_first_and_draws_no_ladder(emergency):
    first = pdf.pages(emergency)[0]
    assert first.index("the ladder stops here") < first.index("What was entered")
    assert "hand the case over" in first
    assert "Options to consider" not in pdf.text(emergency)
    assert pdf.alt_texts(emergency) == []


def test_the_drawing_has_its_words_for_those_who_cannot_see_it(ladder):
    assert pdf.alt_texts(ladder) == [LADDER.ladder_text]


def test_headings_and_tables_are_tagged(ladder):
    tags = pdf.tags(ladder)
    assert tags.count("H1") == 1
    assert {"H2", "H3", "Table", "TH", "TD", "Figure", "L", "LI"} <= set(tags)


@pytest.mark.parametrize("context", [LADDER, EMERGENCY])
def test_the_file_declares_both_standards_a_language_and_a_title(context):
    with pdf.opened(render(context)) as document:
        with document.open_metadata() as metadata:
            assert metadata["pdfaid:part"] == "3"
            assert metadata["pdfaid:conformance"] == "A"
            assert metadata["pdfuaid:part"] == "1"
            assert context.header.reference in metadata["dc:title"]
        assert document.Root.MarkInfo.Marked
        assert str(document.Root.Lang) == "en"
        assert document.Root.ViewerPreferences.DisplayDocTitle


def test_every_font_is_one_of_ours_and_embedded(ladder):
    families = set()
    with pdf.opened(ladder) as document:
        for page in document.pages:
            for _, font in pdf.fonts(page):
                assert "/FontFile2" in font.DescendantFonts[0].FontDescriptor
                families.add(str(font.BaseFont).split("+")[1].split("-")[0])
    assert families == {"Inter", "NotoSansSC"}


@pytest.mark.parametrize(
    ("name", "font"),
    [
        ("王小明", "NotoSansSC-Bold"),
        ("𠮷", "NotoSansJP-Bold"),
        ("㗎", "NotoSansSC-Regular"),
        ("김철수", "NotoSansKR-Bold"),
        ("뷁", "NotoSansKR-Regular"),
        ("عبد الله محمد", "NotoSansArabic-Bold"),
        ("כהן", "NotoSansHebrew-Bold"),
        ("สมชาย น้ำใจ", "NotoSansThai-Bold"),
        ("शर्मा राम", "NotoSansDevanagari-Bold"),
    ],
)
def test_a_name_is_printed_in_its_script_and_bold(name, font):
    assert printable(name) == name
    document = render(with_patient(name))
    with pdf.opened(document) as opened:
        found = {
            str(one.BaseFont).partition("+")[2]
            for page in opened.pages
            for _, one in pdf.fonts(page)
        }
        with opened.open_metadata() as metadata:
            assert metadata["pdfaid:conformance"] == "A"
            assert metadata["pdfuaid:part"] == "1"
            assert name in metadata["dc:title"]
    assert {one for one in found if not one.startswith("Inter-")} == {font}


@pytest.mark.parametrize("name", ["כהן, דוד", "علي, زيد 7", "Levi לוי"])
def test_what_follows_a_name_from_right_to_left_stays_behind_it(name):
    """The signs stand in the PDF as the eye meets them, from the left."""
    number = "7, 31"
    header = replace(HEADER, patient=name, identifier=number)
    printed = "".join(pdf.pages(render(replace(LADDER, header=header)))[0].split())
    assert printed.index("7,31·born1983-04-02") > max(
        printed.index(letter) for letter in name if ord(letter) > 0x500
    )


def test_a_hebrew_name_reads_from_right_to_left():
    first = pdf.pages(render(with_patient("כהן, דוד")))[0]
    assert pdf.says(first, "כהן, דוד"[::-1] + " · H-0012345")


def test_each_font_file_is_the_one_that_the_script_made():
    fonts = Path(rendering.HERE) / "fonts"
    sources = json.loads((fonts / "sources.json").read_text(encoding="utf-8"))
    files = {font.name: font.read_bytes() for font in fonts.glob("*.ttf")}
    assert {name: hashlib.sha256(data).hexdigest() for name, data in files.items()} == {
        name: source["sha256"] for name, source in sources.items()
    }
    assert sum(map(len, files.values())) < 21_000_000


def test_the_template_names_every_family_that_there_is():
    """A family that is not named is a last resort, of whatever weight."""
    families = {font.stem.split("_")[0] for font in FONTS.glob("*.ttf")}
    line = (Path(rendering.HERE) / "parts.typ").read_text(encoding="utf-8")
    listed = re.search(r'\("SC".*?\)', line)
    assert listed
    scripts = re.findall(r'"(\w+)"', listed[0])
    assert families == {"Inter", *(f"NotoSans{script}" for script in scripts)}


def test_case_and_evaluation_travel_inside_the_pdf(ladder):
    assert pdf.attached(ladder) == {"case.json": CASE, "evaluation.json": EVALUATION}


@pytest.mark.parametrize("context", [LADDER, EMERGENCY])
def test_the_same_values_give_the_same_bytes(context):
    between = render(with_patient("Someone else"))
    assert render(context) == render(context) != between


def test_the_bytes_carry_the_time_of_the_request_and_no_other(ladder):
    later = replace(HEADER, queued_at="2027-01-01T00:00:00+00:00")
    with pdf.opened(ladder) as document, document.open_metadata() as metadata:
        assert metadata["xmp:CreateDate"].startswith("2026-11-21T08:30:00")
    assert render(replace(LADDER, header=later)) != ladder


@pytest.mark.parametrize(
    "name",
    [
        '#read("/etc/passwd")',
        '#panic("stop")',
        "*bold* _it_ $x^2$ `raw` <label> @ref",
        '"] } ) \\ // /* ',
        "<script>alert(1)</script>",
        '= Heading\n#import "x": *',
    ],
)
def test_text_of_users_is_printed_and_never_obeyed(name):
    assert " ".join(name.split()) in pdf.text(render(with_patient(name)))


@pytest.mark.parametrize(("text", "shown"), [("ক", "ক"), ("a\x07", "u{7}")])
def test_a_character_without_a_glyph_stops_the_report_and_is_named(text, shown):
    with pytest.raises(UnprintableTextError, match="cannot print the text") as refused:
        render(with_patient(text))
    assert shown in str(refused.value)


def test_a_warning_of_typst_is_an_error(tmp_path, monkeypatch):
    template = tmp_path / "report.typ"
    template.write_text('#set document(title: "x")\n#set text(font: "No Such")\n= x')
    monkeypatch.setattr(rendering, "HERE", tmp_path)
    monkeypatch.setattr(rendering, "TEMPLATE", template)
    with pytest.raises(TemplateError, match="no such"):
        render(LADDER)


def test_a_template_outside_its_folder_cannot_be_read(tmp_path, monkeypatch):
    template = tmp_path / "report.typ"
    template.write_text('#set document(title: "x")\n#read("../../etc/hostname")')
    monkeypatch.setattr(rendering, "HERE", tmp_path)
    monkeypatch.setattr(rendering, "TEMPLATE", template)
    with pytest.raises(TemplateError):
        render(LADDER)


def test_names_and_notes_of_the_largest_size_are_printed_in_full():
    name = f"{'W' * 100}, {'M' * 100}"
    header = replace(HEADER, patient=name, identifier="9" * 40)
    printed = pdf.text(render(replace(LADDER, header=header, note="word " * 800)))
    assert name in printed
    assert printed.count("word ") == 800


@pytest.mark.parametrize("letter", ["김", "ע", "ي", "ท", "क", "名", "W"])
def test_a_name_of_a_hundred_letters_without_a_space_stays_on_the_page(letter):
    document = render(with_patient(breakable(letter * 100)))
    assert max(pdf.line_ends(render(LADDER))) <= RIGHT_EDGE
    assert max(pdf.line_ends(document)) <= RIGHT_EDGE


def test_rendering_logs_nothing(caplog):
    with caplog.at_level(logging.DEBUG):
        render(LADDER)
    assert caplog.text == ""


def test_each_font_has_its_licence_beside_it():
    fonts = Path(rendering.HERE) / "fonts"
    for font in fonts.glob("*.ttf"):
        licence = fonts / f"{font.stem.split('_')[0]}-LICENSE.txt"
        assert "SIL Open Font License" in licence.read_text()


# --- The decision leads, superseded advice says so ------------------------------------

DECIDED = PrintedDecision(
    "Overridden",
    "Fusion",
    "",
    "Clinical judgement",
    ("CONS-09: Six weeks.",),
    "",
    "",
    "",
)
MARK = "Superseded by version 2 of this case"


def test_the_decision_stands_before_the_advice():
    text = pdf.pages(render(replace(LADDER, decided=DECIDED)))
    first = "".join(text)
    assert first.index("Overridden: Fusion") < first.index(LADDER.headline)
    assert "Disagrees with CONS-09: Six weeks." in first


def test_what_stands_against_it_is_on_each_page():
    header = replace(LADDER.header, marks=(MARK, "Evaluated with other details"))
    pages = pdf.pages(render(replace(LADDER, header=header, decided=DECIDED)))
    assert len(pages) > 1
    assert all(f"{MARK}. Evaluated with other details." in page for page in pages)


def test_a_report_of_before_has_its_decision_where_it_was():
    text = "".join(pdf.pages(render(LADDER)))
    assert "Who decides" in text
    assert text.index("Who decides") < text.index(LADDER.headline)

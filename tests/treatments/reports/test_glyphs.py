"""What cannot be printed is shown as its code; what can be is left alone."""

import pytest

from treatments.reports.glyphs import breakable, coverage, printable


@pytest.mark.parametrize(
    "text",
    [
        "김철수 뷁",
        "𠮷野家 𠮟",
        "محمد, عبد الله",
        "علی\u200cرضا",
        "כהן, שָׁלוֹם",
        "น้ำใจ สมชาย",
        "शर्मा, क्\u200dष",
        "Müller, Jörg",
        "Zhang 张, Wei 伟",
        "defect ≥ 6 mm → ½ ± 3 ° ✓",
        "Nguyễn",
        "Ж α",
    ],
)
def test_text_of_the_fonts_is_left_alone(text):
    assert printable(text) == text


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("ক", "[U+0995]"),
        # Marks and joiners that no font draws upon their letter.
        ("ص\u0301د", "ص[U+0301]د"),
        ("e\u0903", "e[U+0903]"),
        ("a\u200db", "a[U+200D]b"),
        ("葛\U000e0100", "葛[U+E0100]"),
        ("ok 😀", "ok [U+1F600]"),
        ("a\x07b", "a[U+0007]b"),
        ("left\u202eright", "left[U+202E]right"),
        ("zero\u200bwidth", "zero[U+200B]width"),
        ("\ufeffmark", "[U+FEFF]mark"),
        ("\ue000", "[U+E000]"),
    ],
)
def test_a_character_without_a_faithful_glyph_is_shown_as_its_code(text, printed):
    assert printable(text) == printed


def test_a_decomposed_letter_is_composed():
    assert printable("e\u0301") == "é"


@pytest.mark.parametrize("end", ["\r\n", "\r", "\u2028", "\v", "\f", "\u0085"])
def test_every_kind_of_line_end_becomes_a_new_line(end):
    assert printable(f"one{end}two") == "one\ntwo"


def test_a_long_run_gets_places_to_break_and_loses_nothing():
    run = "9" * 61
    broken = breakable(run)
    assert broken.replace("\u200b", "") == run
    assert max(len(part) for part in broken.split("\u200b")) == 20


@pytest.mark.parametrize("letter", ["q\u0301", "น้", "कि", "ש\u05b8\u05c1"])
def test_no_mark_is_parted_from_its_letter(letter):
    parts = breakable(letter * 50 + " " + letter * 20).split("\u200b")
    assert len(parts) == 3
    assert all(part.startswith(letter) for part in parts)


def test_ordinary_words_and_addresses_get_no_breaks():
    text = "Treatment options 10.1136/bmj-2021-065846"
    assert breakable(text) == text


def test_the_coverage_is_that_of_the_vendored_fonts():
    assert {ord("★"), ord("✗"), ord("∅"), ord("约"), ord("김"), ord("𠮷")} <= coverage()
    assert ord("ক") not in coverage()

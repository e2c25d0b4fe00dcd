"""What counts as the same name or number."""

import pytest

from spine_cds.folding import folded, folded_number, looks, name_ways, spellings


@pytest.mark.parametrize(
    ("stored", "typed"),
    [
        ("O’Brien", "OBrien"),
        ("OʼBrien", "O'Brien"),
        ("D‘Angelo", "d`angelo"),
        ("Łukaszewski", "lukaszewski"),
        ("Østergaard", "ostergaard"),
        ("Đặng", "dang"),
        ("Þórðardóttir", "thordardottir"),
        ("Große", "GROSSE"),
        ("Kızılırmak", "kizilirmak"),
        ("İNCİ", "inci"),
        ("ﬁscher", "Fischer"),
        ("  Ångström ", "angstrom"),
        ("Ｙａｍａｄａ", "yamada"),
        ("Nguye\u0302\u0303n", "nguyen"),
        ("Ge\u00adheim\u200b\u2060", "geheim"),
        ("H\u20111001", "h-1001"),
        ("Ｈ－１００１", "h 1001"),
        ("H\u200d10\u200b01", "H1001"),
        ("H–10−01", "h1001"),
        ("٤٢", "42"),
    ],
)
def test_what_is_typed_plain_is_the_same(stored, typed):
    assert folded(stored) == folded(typed) != ""


@pytest.mark.parametrize("text", ["", " ", "-", "’", "%", "_", "\u200b", "·"])
def test_what_has_no_letter_is_nothing(text):
    assert folded(text) == ""
    assert spellings(text) == []


@pytest.mark.parametrize(
    ("one", "other"), [("Weiß", "Weis"), ("กี", "กา"), ("王芳", "王方"), ("ли", "лю")]
)
def test_other_letters_stay_others(one, other):
    assert folded(one) != folded(other)


def test_zeros_before_the_digits_do_not_count_and_others_do():
    assert folded_number("000123") == folded_number("123") == "123"
    assert folded_number("H-001001") == "h1001"
    assert folded_number("0") == folded_number("000") == "0"
    assert folded_number("1001") != folded_number("101")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("Müller", "Ana"), ("Mueller", "Ana")),
        (("Müller", "Ana"), ("ana", "muller")),
        (("Østergaard", ""), ("Oestergaard", "")),
        (("de la Cruz", "Ana"), ("Cruz", "Ana de la")),
        (("Müller-Lüdenscheidt", "Bo"), ("Muller Ludenscheidt", "Bo")),
        (("王", "小明"), ("王小明", "")),
        (("O’Brien", "Pat"), ("O Brien", "Pat")),
    ],
)
def test_a_name_is_the_same_in_another_order_and_spelling(one, other):
    assert name_ways(*one) & name_ways(*other)


def test_another_name_is_another():
    assert not name_ways("Müller", "Ana") & name_ways("Müller", "Anna")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("HO-1001", "H0-1001"),
        ("HO-1001", "НО-1001"),
        ("l001", "I001"),
        ("1001", "lOOl"),
        ("AB12", "ΑΒ12"),
        ("x77", "х77"),
    ],
)
def test_look_alikes_look_the_same(one, other):
    assert looks(one) == looks(other)
    assert looks(one) != looks(f"{other}5")

"""How names and numbers are compared: as people type them, not as they are stored.

Pure functions of text. Where their results are kept in the database, a migration has to
write them anew when a function changes.
"""

import re
import unicodedata

#: Letters that do not fall apart into a letter and an accent, and what people type.
_TYPED_AS = str.maketrans(
    {
        "ł": "l",
        "ø": "o",
        "đ": "d",
        "ð": "d",
        "ħ": "h",
        "ŧ": "t",
        "ı": "i",
        "ŋ": "n",
        "ɓ": "b",
        "ɗ": "d",
        "ƙ": "k",
        "ə": "e",
        "ɛ": "e",
        "þ": "th",
        "æ": "ae",
        "œ": "oe",
    }
)
#: Müller is Mueller, and Østergaard is Oestergaard, where a keyboard lacks the letter.
_TWO_FOR_ONE = re.compile("([aou])e")
_FIRST_ZEROS = re.compile(r"(?<![0-9])0+(?=[0-9])")
_BETWEEN_WORDS = re.compile(r"[\s,;\-\u00ad\u2010-\u2015\u2212\ufe58]+")

#: What looks the same in another alphabet, in capitals or in small letters; then what
#: looks the same among the Latin letters and the digits.
_LATIN = str.maketrans(
    "авекмнорстухіјѕԁһԛԝαβεζηικμνορτυχ",
    "abekmhopctyxijsdhqwabezhikmnoptyx",
)
_ONE_OF_EACH = str.maketrans("oil", "011")


def folded(text: str) -> str:
    """The letters and digits alone, without case, accents and ways of writing them."""
    letters = unicodedata.normalize("NFKC", text).casefold().translate(_TYPED_AS)
    return "".join(
        _digit(letter)
        for letter in unicodedata.normalize("NFKD", letters)
        if _is_letter(letter) or _is_vowel_sign(letter)
    )


def _digit(letter: str) -> str:
    """The digits of every script are the same ten."""
    value = unicodedata.decimal(letter, None)
    return letter if value is None else str(value)


def _is_letter(letter: str) -> bool:
    """Or a digit; a letter that modifies another stands for an apostrophe."""
    return letter.isalnum() and not "\u02b0" <= letter <= "\u02ff"


def _is_vowel_sign(letter: str) -> bool:
    """Of Thai and Indic names; an accent stands over a letter and is left out."""
    is_mark = unicodedata.category(letter) in {"Mc", "Mn"}
    return is_mark and not unicodedata.combining(letter) and letter > "\u0900"


def folded_number(text: str) -> str:
    """A hospital number, without the zeros before its digits."""
    return _FIRST_ZEROS.sub("", folded(text))


def spellings(text: str) -> list[str]:
    """The ways to write a name or a number that count as the same, folded."""
    plain = folded(text)
    ways = (plain, _TWO_FOR_ONE.sub(r"\1", plain), _FIRST_ZEROS.sub("", plain))
    return list(dict.fromkeys(way for way in ways if way))


def name_ways(*names: str) -> set[str]:
    """Two names are the same in some spelling or order where these have one in common.

    As written, and in the order of the alphabet.
    """
    words = _BETWEEN_WORDS.split(" ".join(names))
    bare = [_TWO_FOR_ONE.sub(r"\1", folded(word)) for word in words]
    return {"".join(bare), "".join(sorted(bare))}


def looks(text: str) -> str:
    """What an eye takes it for: equal for two texts that look the same."""
    latin = folded(text).translate(_LATIN)
    return _FIRST_ZEROS.sub("", latin.translate(_ONE_OF_EACH))

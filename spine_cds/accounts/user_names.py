"""A user name that cannot be taken for another one.

It stands under decisions and in the audit trail: who reads it must know who it was.
"""

import unicodedata

from django.core.exceptions import ValidationError

from spine_cds.accounts.models import User
from spine_cds.folding import looks

#: Latin letters that most type faces draw like another letter.
_LIKE_ANOTHER = frozenset("ıȷɑɡɩɪʟſƖǀɴʀᴀᴇᴏ")
#: Scripts that are written in one word.
_TOGETHER = ({"CJK", "HIRAGANA", "KATAKANA"}, {"CJK", "HANGUL"})


def refuse_look_alikes(username: str) -> None:
    """Raise ValidationError, with the reason, where it could be read as another name.

    Raises:
        ValidationError: several scripts, a letter that looks like another one, or a
            name that looks like that of another user.
    """
    if unicodedata.normalize("NFKC", username) != username:
        raise ValidationError(
            "This name has characters in a special form (full width, small capitals, "
            "ligatures). Type it with plain letters and digits."
        )
    if strange := sorted(_LIKE_ANOTHER.intersection(username)):
        letter = strange[0]
        raise ValidationError(
            f"The letter “{letter}” ({unicodedata.name(letter).lower()}) looks like "
            "another one. Type the plain letter."
        )
    scripts = {_script(letter) for letter in username if letter.isalpha()}
    if len(scripts) > 1 and not any(scripts <= pair for pair in _TOGETHER):
        names = " and ".join(sorted(script.capitalize() for script in scripts))
        raise ValidationError(
            f"This name mixes {names} letters, some of which look the same. Type it "
            "with the letters of one script."
        )
    seen = looks(username)
    for other in User.objects.values_list("username", flat=True):
        if looks(other) == seen and other.casefold() != username.casefold():
            raise ValidationError(
                f"This name looks like “{other}”, which is another user’s. Choose one "
                "that cannot be taken for it."
            )


def _script(letter: str) -> str:
    return unicodedata.name(letter, "UNKNOWN").partition(" ")[0]

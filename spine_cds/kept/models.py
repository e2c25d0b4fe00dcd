"""What was typed into a form and has not arrived where the form would have sent it."""

import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone

from spine_cds.accounts.models import User
from spine_cds.kept.page import Page

#: What belongs to a form itself, and says nothing to who reads it again.
_OF_THE_FORM = {
    *("submission_key", "request_key", "revision", "seen", "loaded"),
    *("continues", "then", "encounter", "shown_level"),
}


class KeptWordsQuerySet(models.QuerySet["KeptWords"]):
    """Words that were typed and not sent."""

    def of(self, author: User) -> "KeptWordsQuerySet":
        """Those on pages of ``author``: nobody else sees them."""
        return self.filter(author=author)


class KeptWords(models.Model):
    """The fields of one form on one page, as they were when they were last heard of.

    `page` is one showing of the page at `path`, `action` is where the form goes, and
    `part` tells entries apart that go to the same address. `words` are pairs of a
    field's name and its value, and never a password.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="kept_words"
    )
    page = models.UUIDField()
    path = models.CharField(max_length=500)
    action = models.CharField(max_length=500)
    part = models.CharField(max_length=200, blank=True)
    words = models.JSONField()
    step = models.PositiveIntegerField()
    updated_at = models.DateTimeField(default=timezone.now)

    objects = KeptWordsQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "kept words"
        ordering = ("-updated_at", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=("page", "action", "part"), name="kept_words_once_a_form"
            ),
        )
        indexes = (
            models.Index(fields=("author", "path"), name="kept_words_of_a_page"),
        )

    def __str__(self) -> str:
        return f"Kept words of {self.updated_at:%Y-%m-%d %H:%M}"

    @property
    def token(self) -> str:
        """Of the page they were typed on: sent with it, they are sent for good."""
        return Page(self.author_id, self.page, self.path).token

    def readable(self) -> list[tuple[str, str]]:
        """What somebody typed or chose, each under a name to read."""
        return [
            (name.replace("_", " ").capitalize(), value)
            for name, value in self.words
            if value.strip() and name not in _OF_THE_FORM and "kept" not in name
        ]

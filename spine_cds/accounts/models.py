"""Who uses Spine CDS: users, their role, and the teams whose patients they see."""

from typing import ClassVar

from django.contrib.auth.models import AbstractUser, UserManager
from django.db import models
from django.db.models.functions import Lower


class Role(models.TextChoices):
    SURGEON = "surgeon", "Surgeon"
    RESIDENT = "resident", "Resident"
    ADMIN = "admin", "Administrator"


class Team(models.Model):
    """A clinical team; its members see the same patients, and nobody else's."""

    name = models.CharField(max_length=100, unique=True)

    class Meta:
        ordering = ("name",)
        constraints = (
            models.UniqueConstraint(
                Lower("name"),
                name="team_name_any_case_unique",
                violation_error_message="There is a team of this name already.",
            ),
        )

    def __str__(self) -> str:
        return self.name


class UserQuerySet(models.QuerySet["User"]):
    def search(self, text: str) -> "UserQuerySet":
        """Those whose user name or name holds ``text``; all for an empty text."""
        return self.filter(
            models.Q(username__icontains=text)
            | models.Q(first_name__icontains=text)
            | models.Q(last_name__icontains=text)
        )


class Users(UserManager["User"]):
    use_in_migrations = False

    def get_queryset(self) -> UserQuerySet:
        return UserQuerySet(self.model, using=self._db)

    def search(self, text: str) -> UserQuerySet:
        return self.get_queryset().search(text)


class User(AbstractUser):
    """A person who signs in. Never deleted: the audit trail points here."""

    role = models.CharField(max_length=20, choices=Role, default=Role.RESIDENT)
    teams = models.ManyToManyField(Team, related_name="members", blank=True)

    objects: ClassVar[Users] = Users()

    class Meta(AbstractUser.Meta):
        ordering = ("username",)
        constraints = (
            models.CheckConstraint(
                condition=models.Q(role__in=Role.values), name="user_role_known"
            ),
            models.UniqueConstraint(
                Lower("username"),
                name="user_username_any_case_unique",
                violation_error_message="There is a user of this name already.",
            ),
        )

    def __str__(self) -> str:
        return self.get_full_name() or self.username

    @property
    def is_surgeon(self) -> bool:
        return self.role == Role.SURGEON

    @property
    def is_resident(self) -> bool:
        return self.role == Role.RESIDENT

    @property
    def is_rule_admin(self) -> bool:
        return self.role == Role.ADMIN

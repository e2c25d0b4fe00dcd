"""Who uses Spine CDS: users, their role, the teams whose patients they see, and what
they signed.
"""

from typing import Any, ClassVar, NoReturn

from django.contrib.auth.models import AbstractUser, UserManager
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.crypto import salted_hmac

from spine_cds.accounts.names import check_visible


class Role(models.TextChoices):
    """What somebody may do; a user has one."""

    SURGEON = "surgeon", "Surgeon"
    RESIDENT = "resident", "Resident"
    ADMIN = "admin", "Administrator"


class Team(models.Model):
    """A clinical team; its members see the same patients, and nobody else's."""

    name = models.CharField(max_length=100, unique=True, validators=[check_visible])

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
    """Users."""

    def search(self, text: str) -> "UserQuerySet":
        """Those whose user name or name holds ``text``; all for an empty text."""
        return self.filter(
            models.Q(username__icontains=text)
            | models.Q(first_name__icontains=text)
            | models.Q(last_name__icontains=text)
        )


class Users(UserManager["User"]):
    """The manager that Django wants for users, with this project's queries."""

    use_in_migrations = False

    def get_queryset(self) -> UserQuerySet:
        """With ``UserQuerySet``'s methods."""
        return UserQuerySet(self.model, using=self._db)

    def search(self, text: str) -> UserQuerySet:
        """As ``UserQuerySet.search``."""
        return self.get_queryset().search(text)


class User(AbstractUser):
    """A person who signs in. Never deleted: the audit trail points here."""

    # As Django's; the user name holds letters, digits and @.+-_ alone there.
    first_name = models.CharField(
        "first name", max_length=150, blank=True, validators=[check_visible]
    )
    last_name = models.CharField(
        "last name", max_length=150, blank=True, validators=[check_visible]
    )
    role = models.CharField(max_length=20, choices=Role, default=Role.RESIDENT)
    teams = models.ManyToManyField(Team, related_name="members", blank=True)
    # Counts up to end every session at once: a new role, new teams, "everywhere".
    session_generation = models.PositiveIntegerField(
        default=0, db_default=0, editable=False
    )
    # Set while the password is one that an administrator chose and knows.
    temporary_password_until = models.DateTimeField(null=True, editable=False)

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

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """As Django's, and another for each generation; sessions hold a copy of it."""
        generation = f":{self.session_generation}" if self.session_generation else ""
        return salted_hmac(
            "django.contrib.auth.models.AbstractBaseUser.get_session_auth_hash",
            self.password + generation,
            secret=secret,
            algorithm="sha256",
        ).hexdigest()

    def teams_alone(self) -> "models.QuerySet[Team]":
        """The teams that have no other clinician who may sign in."""
        if not self.is_active or self.is_rule_admin:
            return self.teams.none()
        others = User.objects.filter(is_active=True, teams=models.OuterRef("pk"))
        others = others.exclude(pk=self.pk).exclude(role=Role.ADMIN)
        return self.teams.exclude(models.Exists(others))

    @property
    def has_temporary_password(self) -> bool:
        """Whether an administrator chose it, for a first sign-in."""
        return self.temporary_password_until is not None

    @property
    def has_expired_password(self) -> bool:
        """Whether it was temporary, and its time is over."""
        until = self.temporary_password_until
        return until is not None and until <= timezone.now()

    @property
    def is_surgeon(self) -> bool:
        """Whether the user decides on cases."""
        return self.role == Role.SURGEON

    @property
    def is_resident(self) -> bool:
        """Whether the user reviews advice."""
        return self.role == Role.RESIDENT

    @property
    def is_rule_admin(self) -> bool:
        """Whether the user edits rules and accounts, and sees no patient."""
        return self.role == Role.ADMIN


class SignatureQuerySet(models.QuerySet["Signature"]):
    """Signatures; never changed."""

    def of(self, entity: models.Model) -> "SignatureQuerySet":
        """The signatures under a row, whatever its model."""
        return self.filter(
            entity_type=entity._meta.label_lower, entity_id=str(entity.pk)
        )

    def update(self, **kwargs: Any) -> NoReturn:
        """Refused."""
        raise TypeError("signatures are never changed")

    def delete(self) -> NoReturn:
        """Refused."""
        raise TypeError("signatures are never deleted")


class Signature(models.Model):
    """Who signed what, when, and what it means; the password was asked again for it.

    ``sha256`` is the hash of what was signed, so that a later change of it shows. The
    name and the role are those of the moment: both may change afterwards.
    """

    signer = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="signatures"
    )
    signer_name = models.CharField(max_length=310)
    signer_role = models.CharField(max_length=20)
    signed_at = models.DateTimeField(auto_now_add=True)
    meaning = models.CharField(max_length=200)
    entity_type = models.CharField(max_length=60)
    entity_id = models.CharField(max_length=64)
    sha256 = models.CharField(max_length=64)

    objects = SignatureQuerySet.as_manager()

    class Meta:
        ordering = ("-signed_at", "-pk")
        indexes = (
            models.Index(fields=("entity_type", "entity_id"), name="signature_entity"),
        )
        constraints = (
            models.CheckConstraint(
                condition=~models.Q(meaning="") & ~models.Q(sha256=""),
                name="signature_is_complete",
            ),
        )

    def __str__(self) -> str:
        return f"{self.signer_name}, {self.signed_at:%Y-%m-%d %H:%M}: {self.meaning}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Insert; a signature that is there is refused."""
        if not self._state.adding:
            raise TypeError("signatures are never changed")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Refused."""
        raise TypeError("signatures are never deleted")

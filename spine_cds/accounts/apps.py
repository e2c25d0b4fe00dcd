from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """The app of users, teams and signatures."""

    name = "spine_cds.accounts"
    label = "accounts"
    verbose_name = "Accounts"

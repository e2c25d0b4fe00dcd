from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "spine_cds.accounts"
    label = "accounts"
    verbose_name = "Accounts"

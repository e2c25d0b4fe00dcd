"""Names and numbers refuse what cannot be seen; nothing changes in the database."""

import spine_cds.accounts.names
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('patients', "0009_folded_keys"),
    ]

    operations = [
        migrations.AlterField(
            model_name='patient',
            name='family_name',
            field=models.CharField(max_length=100, validators=[spine_cds.accounts.names.check_visible], verbose_name='family name'),
        ),
        migrations.AlterField(
            model_name='patient',
            name='given_name',
            field=models.CharField(blank=True, max_length=100, validators=[spine_cds.accounts.names.check_visible], verbose_name='given name'),
        ),
        migrations.AlterField(
            model_name='patient',
            name='identifier',
            field=models.CharField(blank=True, max_length=40, validators=[spine_cds.accounts.names.check_visible], verbose_name='hospital number'),
        ),
    ]

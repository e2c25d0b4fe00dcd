"""What a decision disputes and waits for, and its kind as the option gives it.

What was stored before stays as it is: nothing is asked of it that nobody was asked.
The guards come down and up again: SQLite copies a table to alter it, and the copy has
none.
"""

from django.conf import settings
from django.db import migrations, models

from spine_cds.audit import triggers

TABLES = ["treatments_decision", "treatments_review"]


def remove(apps, schema_editor):
    triggers.remove(schema_editor.connection, TABLES)


def put_up(apps, schema_editor):
    triggers.put_up(schema_editor.connection, TABLES)


class Migration(migrations.Migration):

    dependencies = [
        ('treatments', '0007_refer'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunPython(remove, put_up),
        migrations.RemoveConstraint(
            model_name='decision',
            name='decision_reason_exactly_when_overridden',
        ),
        migrations.AddField(
            model_name='decision',
            name='deferred_for',
            field=models.CharField(blank=True, db_default='', max_length=300),
        ),
        migrations.AddField(
            model_name='decision',
            name='deferred_until',
            field=models.DateField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='decision',
            name='disputed_rules',
            field=models.JSONField(blank=True, db_default=models.Value([], models.JSONField()), default=list, editable=False),
        ),
        migrations.AddField(
            model_name='review',
            name='disputed_rules',
            field=models.JSONField(blank=True, db_default=models.Value([], models.JSONField()), default=list, editable=False),
        ),
        migrations.AlterField(
            model_name='decision',
            name='outcome',
            field=models.CharField(choices=[('accepted', 'Accepted'), ('alternative', 'Alternative'), ('overridden', 'Overridden'), ('deferred', 'Deferred')], max_length=12),
        ),
        migrations.AddConstraint(
            model_name='decision',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('outcome__in', ('overridden', 'alternative')), ('override_reason__in', ('patient-preference', 'contraindication-not-captured', 'resources-unavailable', 'clinical-judgement', 'disagree-with-rule', 'other'))), models.Q(('outcome__in', ('accepted', 'alternative', 'deferred')), ('override_reason', '')), _connector='OR'), name='decision_reason_where_not_accepted'),
        ),
        migrations.AddConstraint(
            model_name='decision',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('outcome', 'alternative'), _negated=True), models.Q(('treatment', ''), _negated=True), _connector='OR'), name='decision_alternative_names_a_treatment'),
        ),
        migrations.AddConstraint(
            model_name='decision',
            constraint=models.CheckConstraint(condition=models.Q(('outcome', 'deferred'), models.Q(('deferred_for', ''), ('deferred_until__isnull', True)), _connector='OR'), name='decision_waits_only_when_deferred'),
        ),
        migrations.RunPython(put_up, remove),
    ]

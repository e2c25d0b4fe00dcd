import django.db.models.functions.datetime
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


NEW_WORDS = {"rendering": "running", "rendered": "done"}


def _rename(apps, words):
    reports = apps.get_model("treatments", "Report").objects
    for before, after in words.items():
        reports.filter(state=before).update(state=after)


def forwards(apps, schema_editor):
    """The states as every job has them. A worker of the version before that still
    renders finds its claim lost; the sweep queues its row again."""
    _rename(apps, NEW_WORDS)


def backwards(apps, schema_editor):
    """A cancelled report has no word in the version before: it failed."""
    reports = apps.get_model("treatments", "Report").objects
    reports.filter(state="cancelled").update(state="failed", failure="Cancelled.")
    _rename(apps, {after: before for before, after in NEW_WORDS.items()})


class Migration(migrations.Migration):

    dependencies = [
        ('treatments', '0002_rule_authoring'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterModelOptions(
            name='report',
            options={'ordering': ('-queued_at', '-id')},
        ),
        migrations.RemoveConstraint(
            model_name='report',
            name='report_state_is_known',
        ),
        migrations.RemoveConstraint(
            model_name='report',
            name='report_document_only_when_rendered',
        ),
        migrations.RemoveConstraint(
            model_name='report',
            name='report_lease_only_while_rendering',
        ),
        migrations.RemoveConstraint(
            model_name='report',
            name='report_finish_has_a_time',
        ),
        migrations.RemoveIndex(
            model_name='report',
            name='report_unfinished',
        ),
        migrations.RunPython(forwards, backwards),
        migrations.AddField(
            model_name='report',
            name='due_at',
            field=models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
        ),
        migrations.AddField(
            model_name='report',
            name='steps',
            field=models.PositiveIntegerField(null=True),
        ),
        migrations.AddField(
            model_name='report',
            name='steps_before',
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='report',
            name='steps_done',
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='report',
            name='turn',
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AlterField(
            model_name='report',
            name='queued_at',
            field=models.DateTimeField(default=django.utils.timezone.now),
        ),
        migrations.AlterField(
            model_name='report',
            name='rung_at',
            field=models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
        ),
        migrations.AlterField(
            model_name='report',
            name='state',
            field=models.CharField(choices=[('queued', 'Queued'), ('running', 'In progress'), ('done', 'Ready'), ('failed', 'Failed'), ('cancelled', 'Cancelled')], default='queued', max_length=10),
        ),
        migrations.AddIndex(
            model_name='report',
            index=models.Index(condition=models.Q(('state', 'queued')), fields=['turn', 'queued_at'], name='report_waiting'),
        ),
        migrations.AddIndex(
            model_name='report',
            index=models.Index(condition=models.Q(('state__in', ('queued', 'running'))), fields=['state', 'rung_at'], name='report_unfinished'),
        ),
        migrations.AddIndex(
            model_name='report',
            index=models.Index(condition=models.Q(('started_at__isnull', False)), fields=['turn'], name='report_begun'),
        ),
        migrations.AddConstraint(
            model_name='report',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ('queued', 'running', 'done', 'failed', 'cancelled'))), name='report_state_is_known'),
        ),
        migrations.AddConstraint(
            model_name='report',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('lease_until__isnull', False), ('state', 'running')), models.Q(models.Q(('state', 'running'), _negated=True), ('lease_until__isnull', True)), _connector='OR'), name='report_lease_only_while_running'),
        ),
        migrations.AddConstraint(
            model_name='report',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('finished_at__isnull', False), ('state__in', ('done', 'failed', 'cancelled'))), models.Q(('finished_at__isnull', True), ('state__in', ('queued', 'running'))), _connector='OR'), name='report_finish_has_a_time'),
        ),
        migrations.AddConstraint(
            model_name='report',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('sha256__gt', ''), ('state', 'done')), models.Q(models.Q(('state', 'done'), _negated=True), ('sha256', '')), _connector='OR'), name='report_result_only_when_done'),
        ),
        migrations.AddConstraint(
            model_name='report',
            constraint=models.CheckConstraint(condition=models.Q(('steps__isnull', True), ('steps_done__lte', models.F('steps')), _connector='OR'), name='report_no_more_than_all_steps'),
        ),
        migrations.AddConstraint(
            model_name='report',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('document__isnull', False), ('state', 'done')), models.Q(models.Q(('state', 'done'), _negated=True), ('document__isnull', True)), _connector='OR'), name='report_document_only_when_done'),
        ),
    ]

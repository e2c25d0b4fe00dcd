import django.db.models.deletion
import django.db.models.functions.datetime
import django.utils.timezone
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('treatments', '0003_jobs'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Replay',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('request_key', models.UUIDField(unique=True)),
                ('state', models.CharField(choices=[('queued', 'Queued'), ('running', 'In progress'), ('done', 'Ready'), ('failed', 'Failed'), ('cancelled', 'Cancelled')], default='queued', max_length=10)),
                ('turn', models.PositiveIntegerField(default=0)),
                ('attempts', models.PositiveSmallIntegerField(default=0)),
                ('token', models.PositiveIntegerField(default=0)),
                ('lease_until', models.DateTimeField(null=True)),
                ('queued_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('due_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('rung_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('started_at', models.DateTimeField(null=True)),
                ('finished_at', models.DateTimeField(null=True)),
                ('failure', models.CharField(blank=True, max_length=500)),
                ('steps', models.PositiveIntegerField(null=True)),
                ('steps_done', models.PositiveIntegerField(default=0)),
                ('steps_before', models.PositiveIntegerField(default=0)),
                ('sha256', models.CharField(blank=True, max_length=64)),
                ('new_document', models.JSONField()),
                ('new_sha256', models.CharField(max_length=64)),
                ('new_title', models.CharField(max_length=300)),
                ('until', models.DateTimeField()),
                ('engine_version', models.CharField(blank=True, max_length=40)),
                ('matrix', models.JSONField(null=True)),
                ('seen_at', models.DateTimeField(null=True)),
                ('old', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='replays', to='treatments.rulesetversion')),
                ('requested_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ('-queued_at', '-id'),
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='ReplayChunk',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField()),
                ('last_case', models.UUIDField()),
                ('cases', models.PositiveIntegerField()),
                ('counts', models.JSONField()),
                ('token', models.PositiveIntegerField()),
                ('replay', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='chunks', to='treatments.replay')),
            ],
            options={
                'ordering': ('replay', 'number'),
            },
        ),
        migrations.CreateModel(
            name='ReplayMove',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('case_uid', models.UUIDField()),
                ('old_advice', models.CharField(max_length=80)),
                ('new_advice', models.CharField(max_length=80)),
                ('case_document', models.JSONField(null=True)),
                ('recommendation', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='treatments.recommendation')),
                ('replay', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='moves', to='treatments.replay')),
            ],
            options={
                'ordering': ('case_uid',),
            },
        ),
        migrations.AddIndex(
            model_name='replay',
            index=models.Index(condition=models.Q(('state', 'queued')), fields=['turn', 'queued_at'], name='replay_waiting'),
        ),
        migrations.AddIndex(
            model_name='replay',
            index=models.Index(condition=models.Q(('state__in', ('queued', 'running'))), fields=['state', 'rung_at'], name='replay_unfinished'),
        ),
        migrations.AddIndex(
            model_name='replay',
            index=models.Index(condition=models.Q(('started_at__isnull', False)), fields=['turn'], name='replay_begun'),
        ),
        migrations.AddIndex(
            model_name='replay',
            index=models.Index(fields=['new_sha256'], name='replay_of_a_document'),
        ),
        migrations.AddConstraint(
            model_name='replay',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ('queued', 'running', 'done', 'failed', 'cancelled'))), name='replay_state_is_known'),
        ),
        migrations.AddConstraint(
            model_name='replay',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('lease_until__isnull', False), ('state', 'running')), models.Q(models.Q(('state', 'running'), _negated=True), ('lease_until__isnull', True)), _connector='OR'), name='replay_lease_only_while_running'),
        ),
        migrations.AddConstraint(
            model_name='replay',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('failure__gt', ''), ('state', 'failed')), models.Q(models.Q(('state', 'failed'), _negated=True), ('failure', '')), _connector='OR'), name='replay_failure_is_told'),
        ),
        migrations.AddConstraint(
            model_name='replay',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('finished_at__isnull', False), ('state__in', ('done', 'failed', 'cancelled'))), models.Q(('finished_at__isnull', True), ('state__in', ('queued', 'running'))), _connector='OR'), name='replay_finish_has_a_time'),
        ),
        migrations.AddConstraint(
            model_name='replay',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('sha256__gt', ''), ('state', 'done')), models.Q(models.Q(('state', 'done'), _negated=True), ('sha256', '')), _connector='OR'), name='replay_result_only_when_done'),
        ),
        migrations.AddConstraint(
            model_name='replay',
            constraint=models.CheckConstraint(condition=models.Q(('steps__isnull', True), ('steps_done__lte', models.F('steps')), _connector='OR'), name='replay_no_more_than_all_steps'),
        ),
        migrations.AddConstraint(
            model_name='replay',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('matrix__isnull', False), ('state', 'done')), models.Q(models.Q(('state', 'done'), _negated=True), ('matrix__isnull', True)), _connector='OR'), name='replay_matrix_only_when_done'),
        ),
        migrations.AddConstraint(
            model_name='replaychunk',
            constraint=models.UniqueConstraint(fields=('replay', 'number'), name='replay_chunk_numbered_once'),
        ),
        migrations.AddIndex(
            model_name='replaymove',
            index=models.Index(fields=['replay', 'old_advice', 'new_advice', 'case_uid'], name='replay_move_of_a_cell'),
        ),
        migrations.AddConstraint(
            model_name='replaymove',
            constraint=models.UniqueConstraint(fields=('replay', 'case_uid'), name='replay_moves_a_case_once'),
        ),
        migrations.AddConstraint(
            model_name='replaymove',
            constraint=models.CheckConstraint(condition=models.Q(('old_advice', models.F('new_advice')), _negated=True), name='replay_move_moves'),
        ),
        migrations.AddConstraint(
            model_name='replaymove',
            constraint=models.CheckConstraint(condition=models.Q(('recommendation__isnull', False), ('case_document__isnull', False), _connector='XOR'), name='replay_move_has_its_case'),
        ),
    ]

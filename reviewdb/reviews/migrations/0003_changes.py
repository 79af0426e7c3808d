"""The change log."""

import django.core.serializers.json
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('reviews', '0002_dois_of_any_length'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Change',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField(auto_now_add=True)),
                ('by_name', models.CharField(max_length=150)),
                ('action', models.CharField(max_length=20)),
                ('kind', models.CharField(help_text='What sort of row: study, membership, run.', max_length=40)),
                ('object_id', models.BigIntegerField(blank=True, null=True)),
                ('label', models.CharField(blank=True, max_length=300)),
                ('fields', models.JSONField(blank=True, default=dict, encoder=django.core.serializers.json.DjangoJSONEncoder)),
                ('counts', models.JSONField(blank=True, default=dict)),
                ('by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('review', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='changes', to='reviews.review')),
            ],
            options={
                'ordering': ['-id'],
                'indexes': [models.Index(fields=['review', '-id'], name='change_by_review'), models.Index(fields=['kind', 'object_id'], name='change_by_object')],
            },
        ),
    ]

"""Reviews, people, searches and studies, whose tables `taxonomy` made, under their own app."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('taxonomy', '0002_tables_of_reviews'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    # No table is made or changed: taxonomy 0002 has given them their names.
    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.CreateModel(
                    name='Review',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('slug', models.SlugField(unique=True)),
                        ('title', models.CharField(max_length=500)),
                        ('question', models.TextField(blank=True)),
                        ('protocol', models.TextField(blank=True)),
                        ('eligibility_criteria', models.TextField(blank=True)),
                        ('citation', models.TextField(blank=True, help_text='How the published review is cited.')),
                        ('doi', models.CharField(blank=True, max_length=200)),
                        ('is_public', models.BooleanField(default=True, help_text='Readable without an account.')),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('taxonomy', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='reviews', to='taxonomy.taxonomy')),
                    ],
                    options={
                        'ordering': ['slug'],
                    },
                ),
                migrations.CreateModel(
                    name='SourceSearch',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('source', models.CharField(max_length=200)),
                        ('kind', models.CharField(choices=[('database', 'Database'), ('register', 'Register'), ('other', 'other method')], default='database', max_length=20)),
                        ('platform', models.CharField(blank=True, max_length=200)),
                        ('query', models.TextField(blank=True)),
                        ('searched_on', models.DateField(blank=True, null=True)),
                        ('hits', models.PositiveIntegerField(blank=True, null=True)),
                        ('review', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='searches', to='reviews.review')),
                    ],
                    options={
                        'ordering': ['id'],
                    },
                ),
                migrations.CreateModel(
                    name='Membership',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('role', models.CharField(choices=[('owner', 'Owner'), ('reviewer', 'Reviewer'), ('extractor', 'Extractor'), ('reader', 'Reader')], max_length=20)),
                        ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='memberships', to=settings.AUTH_USER_MODEL)),
                        ('review', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='memberships', to='reviews.review')),
                    ],
                    options={
                        'constraints': [models.UniqueConstraint(fields=('review', 'user'), name='one_role_per_member')],
                    },
                ),
                migrations.CreateModel(
                    name='Study',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('key', models.CharField(max_length=40)),
                        ('position', models.PositiveIntegerField(default=0, help_text='Order in the reference list.')),
                        ('title', models.TextField(blank=True)),
                        ('authors', models.TextField(blank=True, help_text='Family, Given; separated by semicolons.')),
                        ('year', models.PositiveSmallIntegerField(blank=True, null=True)),
                        ('venue', models.TextField(blank=True)),
                        ('doi', models.CharField(blank=True, max_length=200)),
                        ('abstract', models.TextField(blank=True)),
                        ('evidence', models.CharField(choices=[('unresolved', 'not identified yet'), ('named in text', 'named in the source text'), ('inferred', 'inferred, replaceable'), ('crossref', 'resolved from a Crossref work'), ('edited', 'entered by a person')], default='unresolved', max_length=20)),
                        ('edited_fields', models.JSONField(blank=True, default=list, help_text='Fields a person set; no import overwrites them.')),
                        ('review', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='studies', to='reviews.review')),
                    ],
                    options={
                        'verbose_name_plural': 'studies',
                        'ordering': ['review', 'position', 'id'],
                        'indexes': [models.Index(fields=['review', 'year'], name='study_by_year')],
                        'constraints': [models.UniqueConstraint(fields=('review', 'key'), name='one_study_per_key')],
                    },
                ),
            ],
        ),
    ]

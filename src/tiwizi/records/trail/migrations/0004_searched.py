"""The trail is searched by who, what and when."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("trail", "0003_acts_by_user"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="event",
            index=models.Index(fields=["moment"], name="trail_event_moment"),
        ),
        migrations.AddIndex(
            model_name="event",
            index=models.Index(fields=["verb", "moment"], name="trail_event_verb"),
        ),
        migrations.AddIndex(
            model_name="event",
            index=models.Index(fields=["user", "moment"], name="trail_event_user_moment"),
        ),
    ]

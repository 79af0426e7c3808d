"""The WSGI door: `granian --interface wsgi reviewdb.wsgi:application`."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "reviewdb.settings")

application = get_wsgi_application()

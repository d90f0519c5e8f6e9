"""WSGI entry point, served by granian."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "trainyard.settings")

application = get_wsgi_application()

from trainyard.checks import refuse_unsafe  # noqa: E402 - needs the app registry

refuse_unsafe()

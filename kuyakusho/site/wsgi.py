"""What Granian serves."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kuyakusho.site.settings")

application = get_wsgi_application()

from kuyakusho.core.http import logs  # noqa: E402  # needs the settings

logs.configure()

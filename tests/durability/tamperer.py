"""Somebody with the database in hand changes the seventh line of the ward's chain."""

import django

django.setup()

from django.db import connection  # noqa: E402

from kuyakusho.core.audit import guard  # noqa: E402
from kuyakusho.core.audit.models import AuditLine  # noqa: E402

guard.remove(connection)
assert AuditLine.objects.filter(ward__slug="durable", number=7).update(actor="staff:nobody") == 1
guard.install(connection)

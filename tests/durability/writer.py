"""A writer: makes records, each with its audit line and its message in one transaction, and says so afterwards.

writer.py NAME [COUNT]      prints the key of each record after its commit
"""

import os
import sys

import django

django.setup()

from django.db import transaction  # noqa: E402

from kuyakusho.core.access.actor import Actor  # noqa: E402
from kuyakusho.core.audit.services import record  # noqa: E402
from kuyakusho.core.files import services as files  # noqa: E402
from kuyakusho.core.outbox.services import send  # noqa: E402
from kuyakusho.core.wards.models import District, Ward  # noqa: E402
from kuyakusho.core.wards.services import touch  # noqa: E402

name, count = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 10**9
ward = Ward.objects.get(slug="durable")
actor = Actor.system(name)
for number in range(count):
    key = f"{name}-{number}"
    with transaction.atomic():
        District.objects.create(ward=ward, key=key, name=key, name_kana=key, name_en=key)
        record(ward=ward, actor=actor, action="test.district.made", target=f"test:{key}")
        send(ward=ward, channel="email", to="a@example.jp", subject=key, body=key, key=key, topic="test")
        if number % 10 == 0:
            files.store(ward=ward, actor=actor, purpose="test", upload=key.encode(), name=f"{key}.txt")
        touch(ward)
    os.write(1, f"{key}\n".encode())

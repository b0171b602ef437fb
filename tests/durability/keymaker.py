"""Makes an indicator that takes figures from outside, and as many API keys as asked for; prints the keys as JSON."""

import json
import sys
from datetime import timedelta

import django

django.setup()

from kuyakusho.core.access.actor import Actor  # noqa: E402
from kuyakusho.core.calendar import clock  # noqa: E402
from kuyakusho.core.keys import services  # noqa: E402
from kuyakusho.core.wards.models import Ward  # noqa: E402
from kuyakusho.engines.indicators.models import Indicator  # noqa: E402

ward = Ward.objects.get(slug="durable")
Indicator.objects.create(
    ward=ward, key="visits", title="来庁者", unit="人", direction="up", accumulation="yearly", source="typed"
)
keys = [
    services.issue(
        ward,
        name=f"system {number}",
        allowed=["indicators:write"],
        expires_on=clock.today() + timedelta(days=30),
        actor=Actor.system("test"),
    )
    for number in range(int(sys.argv[1]))
]
print(json.dumps([text for _row, text in keys]))

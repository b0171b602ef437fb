"""Makes the tables and one ward."""

import django

django.setup()

from django.core.management import call_command  # noqa: E402

from kuyakusho.core.wards.models import Ward  # noqa: E402

call_command("migrate", verbosity=0)
Ward.objects.create(
    slug="durable", official_code="141038", name="西区", name_kana="にしく", name_en="Nishi", city="横浜市",
    city_en="Yokohama", style="yokohama",
)  # fmt: skip

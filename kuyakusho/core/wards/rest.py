"""Wards over HTTP."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpRequest
from ninja import Router, Schema

from kuyakusho.core import access
from kuyakusho.core.http.rest import PROBLEMS, ward_of

from .models import Section, Ward

router = Router(tags=["wards"])


class WardOut(Schema):
    """A ward office."""

    slug: str
    official_code: str
    name: str
    name_kana: str
    name_en: str
    city: str
    city_en: str
    languages: list[str]


class SectionOut(Schema):
    """A section as it exists today."""

    key: str
    name: str
    name_kana: str
    name_en: str
    mission: str
    mission_en: str
    floor: str
    counter: str
    phone: str
    is_demo: bool
    valid_from: date
    valid_until: date | None


class DistrictOut(Schema):
    """An area of a ward."""

    key: str
    name: str
    name_kana: str
    name_en: str


class WardDetail(WardOut):
    """A ward office with its organisation."""

    office: dict[str, Any]
    opening: list[dict[str, Any]]
    sections: list[SectionOut]
    districts: list[DistrictOut]


@router.get("/wards", response=list[WardOut], summary="区の一覧")
@access.public
def wards(request: HttpRequest) -> list[Ward]:
    """The wards of this installation."""
    return list(Ward.objects.filter(training_of=None))


@router.get("/{slug:ward}", response={200: WardDetail, **PROBLEMS}, summary="区の組織と窓口")
@access.public
def ward(request: HttpRequest, ward: str) -> dict[str, Any]:
    """One ward with its sections of today and its districts."""
    found = ward_of(ward)
    return {
        **WardOut.from_orm(found).dict(),
        "office": found.office,
        "opening": found.opening,
        "sections": [SectionOut.from_orm(s).dict() for s in sections_today(found)],
        "districts": list(found.districts.all()),
    }


def sections_today(ward: Ward) -> list[Section]:
    """The sections that exist today, in the order of the pack."""
    from django.db.models import Q

    from kuyakusho.core.calendar import clock

    today = clock.today()
    return list(
        ward.sections.filter(valid_from__lte=today).filter(Q(valid_until=None) | Q(valid_until__gt=today))
    )

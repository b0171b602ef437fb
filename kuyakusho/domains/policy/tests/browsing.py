"""What the tests of pages need: somebody who is signed in, and what stands on a page."""

from __future__ import annotations

import re
from typing import Any

from django.test import Client

from kuyakusho.core.wards.models import Ward
from kuyakusho.domains.policy.models import Plan

from .factories import make_node, make_plan, make_staff

PLANS = "/minato/desk/policy/"


def client_for(ward: Ward, section: str = "planning", *roles: str) -> Client:
    """Somebody of that section with those roles."""
    client = Client()
    client.force_login(make_staff(ward, section, *roles).account)
    return client


def small_plan(ward: Ward) -> Plan:
    """A pillar with two parts; the first belongs to the welfare section."""
    plan = make_plan(ward)
    pillar = make_node(plan, "柱", kind="pillar", code="1")
    make_node(plan, "見守り", pillar, text="地域で見守る。", owner=ward.sections.get(key="welfare"))
    make_node(plan, "体操", pillar, kind="item", text="体操。動画も配る。")
    return plan


def text(response: Any) -> str:
    """The page."""
    return str(response.content.decode())


def hidden(page: str, name: str) -> str:
    """What a hidden field carries."""
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found, name
    return found[1]

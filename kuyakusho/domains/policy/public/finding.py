"""What is published becomes findable, in the transaction of the publication."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from kuyakusho.core.search.services import Findable, index, remove_kind
from kuyakusho.core.wards.models import Ward

from ..rules.outline import Part
from .shelf import Shown, newest_of_each_plan, shown

KIND = "policy"


def make_findable(ward: Ward) -> int:
    """Indexes the newest edition of every plan of the ward. Returns how many documents there are now.

    Everything at once: an edition may take parts out, and what is no longer published must not be found.
    """
    remove_kind(ward, KIND)
    things: list[Findable] = []
    seen: set[str] = set()
    for edition in newest_of_each_plan(ward):
        # Older years are read through their editions; the newest year of each plan is what one looks for.
        if edition.plan.key in seen:
            continue
        seen.add(edition.plan.key)
        things += findables(shown(edition))
    return index(ward, things)


def findables(one: Shown) -> Iterator[Findable]:
    """Each part with its official text and our words about it, in Japanese and, where there are any, in English."""
    for node in one.content["nodes"]:
        part = Part.from_json(node)
        behind = [one.initiatives[row] for row in node.get("initiatives", ())]
        path = f"/policy/parts/{node['id']}/"
        title = part.title or (behind[0]["title"] if len(behind) == 1 else part.label)
        lines = "\n".join([part.everything, part.attached, *(_words(i, "") for i in behind)]).splitlines()
        body = "\n".join(dict.fromkeys(line for line in lines if line))  # our tree says the same twice
        yield Findable(KIND, f"policy.node:{node['id']}", title, body, path)
        english = "\n".join(filter(None, [part.text_en, *(_words(i, "_en") for i in behind)]))
        title_en = part.title_en or (behind[0]["title_en"] if len(behind) == 1 else "")
        if title_en or english:
            yield Findable(KIND, f"policy.node:{node['id']}", title_en or title, english, path, "en")


def _words(initiative: dict[str, Any], ending: str) -> str:
    return "\n".join(
        filter(None, (initiative["row"], initiative[f"title{ending}"], initiative[f"summary{ending}"]))
    )

"""From a form of the workbench to a correction, and back to the part to look at next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from kuyakusho.core.errors import Invalid
from kuyakusho.core.wards.models import Ward

from ..forms import PartForm
from ..public.outline import KIND_NAMES
from ..rules.corrections import Correction
from ..rules.editing import first_sentence
from ..rules.outline import Part

MOVES = ("up", "down", "indent", "outdent", "merge", "remove")
KEPT = ("show", "q", "page")


@dataclass(frozen=True)
class Asked:
    """What a form of the workbench asks for: a correction, or a decision about a join (`row`)."""

    action: str
    node: str
    correction: Correction | None = None
    row: str = ""
    form: PartForm | None = None


def asked(data: QueryDict, ward: Ward) -> Asked:
    """Reads the form. Raises Invalid for anything that no form of ours sends; an invalid PartForm comes back in it."""
    action, node = data.get("action", ""), data.get("node", "")
    if action == "edit":
        form = PartForm(data, ward=ward)
        if not form.is_valid():
            return Asked(action, node, form=form)
        return Asked(action, node, Correction("edit", node, dict(form.cleaned_data)), form=form)
    if action in MOVES:
        return Asked(action, node, Correction(action, node))
    if action == "move":
        return Asked(action, node, Correction("move", node, {"under": data.get("under", "")}))
    if action == "split":
        at = data.get("at", "")
        if not at.isdigit():
            raise Invalid("policy.split-nowhere", _("どこで分けるかを選んでください。"))
        return Asked(action, node, Correction("split", node, {"at": int(at)}))
    if action == "insert":
        return Asked(action, node, Correction("insert", node, _new_part(data)))
    if action in ("confirm", "reject", "undo", "propose", "abandon"):
        return Asked(action, node, row=data.get("row", ""))
    raise Invalid("policy.action-unknown", _("この操作はできません。"), _("ページを開き直してください。"))


def _new_part(data: QueryDict) -> dict[str, Any]:
    kind, title = data.get("kind", ""), data.get("title", "").strip()
    if kind not in KIND_NAMES or not title:
        raise Invalid(
            "policy.part-empty",
            _("加える項目の種類と見出しを入れてください。"),
            _("「項目を加える」を開いて入れます。"),
        )
    return {
        "kind": kind,
        "title": first_sentence(title) if kind == "item" else title,
        "text": title if kind == "item" else "",
    }


def number_of(data: QueryDict, name: str) -> int:
    """A number that our own form carries: the version or revision that the planner saw. Raises Invalid."""
    value = data.get(name, "")
    if not (value.isascii() and value.isdigit() and len(value) < 10):
        raise Invalid("policy.form-broken", _("画面の情報が足りません。"), _("ページを開き直してください。"))
    return int(value)


def form_of(part: Part, ward: Ward) -> PartForm:
    """The form with what stands there."""
    return PartForm(
        ward=ward,
        initial={
            "kind": part.kind,
            "code": part.code,
            "title": part.title,
            "text": part.text,
            "attached": part.attached,
            "owner": part.owner,
            "district": part.district,
            "sdgs": ", ".join(map(str, part.sdgs)),
        },
    )


def kept_query(data: QueryDict) -> dict[str, str]:
    """The parameters of the page that go along."""
    return {name: str(data[name]) for name in (*KEPT, "at") if data.get(name)}

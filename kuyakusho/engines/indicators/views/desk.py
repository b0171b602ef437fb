"""Staff pages of indicators."""

from __future__ import annotations

import csv
import hashlib
import io
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from kuyakusho.core import access
from kuyakusho.core.accounts.models import StaffMember
from kuyakusho.core.calendar import clock
from kuyakusho.core.errors import Invalid, KuyakushoError, Missing, Refused
from kuyakusho.core.files.carrying import carried, carry
from kuyakusho.core.http.request import Request
from kuyakusho.core.ui.forms import take_refusal
from kuyakusho.core.wards.models import Ward

from .. import presenting, queries, reading, services, wording
from ..forms import SAMPLE_HEADINGS, EntryForm, FileForm
from ..models import Indicator
from ..queries import Loaded
from .open import latest_year

WRITERS = ("clerk", "chief", "planner")
FILTERS = ("all", "unmeasured", "stale", "doubtful", "live")
CARRIED = "indicators.load"


@access.staff()
def index(request: Request) -> HttpResponse:
    """All indicators with result, freshness and warnings; `?show=` narrows, `?q=` searches in title and key."""
    year = queries.current_year()
    loaded = queries.load(request.ward)
    shown = request.GET.get("show", "all")
    shown = shown if shown in FILTERS else "all"
    text = request.GET.get("q", "").strip()[:100]
    counts = {name: sum(_in(one, name) for one in loaded) for name in FILTERS}
    rows = [
        {
            "one": one,
            "shown": presenting.shown(one, latest_year(one, year)),
            "doubts": len(one.doubts()),
            "href": reverse("indicators:desk-one", args=[one.indicator.key]),
        }
        for one in loaded
        if _in(one, shown)
        and (not text or text.lower() in f"{one.indicator.title} {one.indicator.key}".lower())
    ]
    names = {
        "all": _("すべて"),
        "unmeasured": _("値がない"),
        "stale": _("古い"),
        "doubtful": _("注意がある"),
        "live": _("業務から入る"),
    }
    tabs = [
        {
            "title": names[name],
            "href": f"{reverse('indicators:desk')}?show={name}",
            "count": counts[name],
            "current": name == shown,
        }
        for name in FILTERS
    ]
    return render(
        request, "indicators/desk/index.html", {"rows": rows, "tabs": tabs, "q": text, "show": shown}
    )


@access.staff()
def one(request: Request, key: str) -> HttpResponse:
    """One indicator: warnings, results, lineage, everything ever recorded, and a form for a figure by hand."""
    loaded = _loaded(request.ward, key)
    form = EntryForm()
    status = 200
    if request.method == "POST":
        _writer(request)
        form = EntryForm(request.POST)
        if form.is_valid() and form.entry is not None:
            try:
                _observation, is_new = services.type_in(loaded.indicator, form.entry, actor=request.actor)
            except KuyakushoError as refusal:
                take_refusal(form, refusal)
            else:
                messages.success(
                    request, _("記録しました。") if is_new else _("同じ内容がすでに記録されています。")
                )
                return redirect("indicators:desk-one", key)
        status = 422
    return render(request, "indicators/desk/one.html", _details(request, loaded, form), status=status)


@access.staff(*WRITERS)
def measure(request: Request, key: str) -> HttpResponse:
    """Asks the live source now."""
    if request.method != "POST":
        return redirect("indicators:desk-one", key)
    loaded = _loaded(request.ward, key)
    observation = services.measure(loaded.indicator, actor=request.actor)
    if observation is None:
        messages.info(request, _("数えるものがまだありません。「未測定」のままにします。"))
    else:
        messages.success(
            request, _("数えました：%(value)s") % {"value": presenting.written(loaded, observation.value)}
        )
    return redirect("indicators:desk-one", key)


@access.staff(*WRITERS)
def load(request: Request) -> HttpResponse:
    """Figures from a file: choose, look through, say yes."""
    if request.method != "POST":
        return render(request, "indicators/desk/load.html", {"form": FileForm()})
    if "carried" in request.POST:
        return _load_carried(request)
    form = FileForm(request.POST, request.FILES)
    if not form.is_valid():
        return render(request, "indicators/desk/load.html", {"form": form}, status=422)
    upload = form.cleaned_data["file"]
    if upload.size > reading.LARGEST_BYTES:
        form.add_error("file", _("ファイルが大きすぎます（2MBまで）。"))
        return render(request, "indicators/desk/load.html", {"form": form}, status=422)
    body = upload.read()
    try:
        rows = reading.read_file(body, today=clock.today())
        value = carry(CARRIED, request.ward, request.actor, upload.name, body)
    except Invalid as refusal:
        take_refusal(form, refusal)
        return render(request, "indicators/desk/load.html", {"form": form}, status=422)
    return render(
        request,
        "indicators/desk/preview.html",
        {**_preview(request.ward, rows), "carried": value, "name": upload.name},
    )


@access.staff(*WRITERS)
def sample(request: Request) -> HttpResponse:
    """A file to fill in: the heading line and one line per indicator whose figures are made elsewhere."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(SAMPLE_HEADINGS)
    for indicator in Indicator.objects.filter(ward=request.ward, source="file"):
        writer.writerow([indicator.key, *[""] * (len(SAMPLE_HEADINGS) - 1)])
    response = HttpResponse("\ufeff" + text.getvalue(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="indicators.csv"'
    return response


def _load_carried(request: Request) -> HttpResponse:
    try:
        file = carried(CARRIED, request.ward, request.actor, request.POST["carried"])
        rows = reading.read_file(file.body, today=clock.today())
        entries = [(row.key, row.entry) for row in rows if row.entry is not None]
        if len(entries) != len(rows):
            raise Invalid(
                "file_faulty", _("直すところのある行が残っています。"), _("ファイルを直してください。")
            )
        new, known = services.load(
            request.ward,
            entries,
            actor=request.actor,
            filename=file.name,
            digest=hashlib.sha256(file.body).hexdigest(),
        )
    except KuyakushoError as refusal:
        form = FileForm()
        return render(
            request, "indicators/desk/load.html", {"form": form, "refusal": refusal}, status=refusal.status
        )
    messages.success(
        request, _("%(new)d件を記録しました。%(known)d件はすでにありました。") % {"new": new, "known": known}
    )
    return redirect("indicators:desk")


def _preview(ward: Ward, rows: list[reading.Row]) -> dict[str, Any]:
    """What each line would do: new, a correction (with the value that stands), already known, or faulty."""
    loaded = {each.indicator.key: each for each in queries.load(ward, keys={row.key for row in rows})}
    shown = []
    faulty = 0
    for row in rows:
        faults = dict(row.faults)
        found = loaded.get(row.key)
        if found is None:
            faults["indicator"] = _("この区に「%(key)s」という指標はありません。") % {"key": row.key}
        before = None
        if found and row.entry:
            period = (row.entry.from_on, row.entry.until_on)
            before = next((s for s in found.known if (s.period.from_on, s.period.until_on) == period), None)
        faulty += bool(faults)
        shown.append(
            {
                "number": row.number,
                "key": row.key,
                "title": found.title if found else "",
                "value": presenting.written(found, row.entry.value)
                if found and row.entry
                else row.written.get("value", ""),
                "period": presenting.between(
                    row.entry.from_on, row.entry.until_on.fromordinal(row.entry.until_on.toordinal() - 1)
                )
                if row.entry
                else f"{row.written.get('from_on', '')} – {row.written.get('to_on', '')}",
                "before": presenting.written(found, before.value) if found and before else "",
                "is_same": bool(before and row.entry and before.value == row.entry.value),
                "faults": list(faults.values()),
            }
        )
    return {"rows": shown, "faulty": faulty, "sound": len(shown) - faulty}


def _details(request: Request, loaded: Loaded, form: EntryForm) -> dict[str, Any]:
    observations = queries.history(loaded.indicator)
    replaced = queries.corrected(observations)
    year = latest_year(loaded, queries.current_year())
    names = _names(request.ward, {row.actor for row in observations})
    return {
        "one": loaded,
        "form": form,
        "may_write": request.staff.has_role(*WRITERS),
        "now": presenting.shown(loaded, year),
        "sentence": presenting.sentence(loaded, year),
        "doubts": [wording.doubt_sentence(doubt) for doubt in loaded.doubts()],
        "years": [presenting.shown(loaded, each) for each in reversed(loaded.years)],
        "points": presenting.points(loaded, last=8),
        "plot_kind": "bar" if loaded.cumulates else "line",
        "origin": presenting.origin(loaded, loaded.latest),
        "facts": [
            (_("キー"), loaded.indicator.key),
            (_("向き"), wording.direction_label(loaded.indicator.direction)),
            (_("足し上げ方"), wording.accumulation_label(loaded.indicator.accumulation)),
            (_("基準値"), presenting.written(loaded, loaded.indicator.baseline) or _("なし")),
            (_("最小の件数"), str(loaded.indicator.minimum_base or _("なし"))),
            (_("新しさの限り"), _("%(days)d日") % {"days": loaded.indicator.freshness_days}),
            (_("数値の入り方"), loaded.indicator.source),
        ],
        "history": [
            {
                "row": row,
                "value": presenting.written(loaded, row.value),
                "period": presenting.between(
                    row.period_from, row.period_until.fromordinal(row.period_until.toordinal() - 1)
                ),
                "is_replaced": row.pk in replaced,
                "who": names.get(row.actor, row.actor),
                "way": queries.lineage_of(row),
            }
            for row in observations
        ],
        "crumbs": [(_("指標"), reverse("indicators:desk")), (loaded.indicator.title, "")],
    }


def _names(ward: Ward, actors: set[str]) -> dict[str, str]:
    """Who is behind the references of actors: colleagues by name, the machine by a word."""
    ids = {actor.removeprefix("staff:") for actor in actors if actor.startswith("staff:")}
    members = StaffMember.objects.filter(ward=ward, public_id__in=ids).select_related("account")
    found = {f"staff:{member.public_id}": str(member.account) for member in members}
    return found | {actor: _("自動") for actor in actors if actor.startswith("system:")}


def _in(loaded: Loaded, name: str) -> bool:
    if name == "unmeasured":
        return loaded.latest is None
    if name == "stale":
        return loaded.is_stale
    if name == "doubtful":
        return bool(loaded.doubts())
    if name == "live":
        return loaded.is_live
    return True


def _loaded(ward: Ward, key: str) -> Loaded:
    found = queries.load_one(ward, key)
    if found is None:
        raise Missing
    return found


def _writer(request: Request) -> None:
    if not request.staff.has_role(*WRITERS):
        raise Refused(
            "not_a_writer",
            _("数値を入れられるのは、担当者、課長、企画の担当です。"),
            _("担当の課に頼んでください。"),
        )

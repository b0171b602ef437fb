"""The checklist of a new fiscal year: what is done, what waits for somebody."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Q
from django.utils.translation import gettext as _

from kuyakusho.core.accounts.models import StaffMember
from kuyakusho.core.calendar import clock
from kuyakusho.core.text.eras import fiscal_year_of
from kuyakusho.core.wards.models import FiscalYear, Section, Ward
from kuyakusho.engines.indicators import public as indicators

from ..models import Evaluation, ImportReview, Initiative, Plan
from ..rules.succession import Heir
from .successions import heirs_on

DONE, WAITING, LATER = "done", "waiting", "later"


@dataclass(frozen=True)
class Task:
    """One line of the checklist. `state` is done, waiting or later; `names` are what it is about."""

    key: str
    state: str
    title: str
    note: str = ""
    names: Sequence[str] = ()


@dataclass(frozen=True)
class Question:
    """A section that was split: who takes over which initiative?"""

    section: Section
    candidates: tuple[Section, ...]
    initiatives: tuple[Initiative, ...] = ()


@dataclass(frozen=True)
class Checklist:
    year: int
    tasks: tuple[Task, ...]
    questions: tuple[Question, ...] = field(default=())

    @property
    def waiting(self) -> int:
        return sum(task.state == WAITING for task in self.tasks)


def next_year(ward: Ward) -> int:
    """The year to prepare: the one after the newest with a plan, but not more than one ahead of today."""
    newest = (
        Plan.objects.filter(ward=ward).order_by("-fiscal_year").values_list("fiscal_year", flat=True).first()
    )
    today = fiscal_year_of(clock.today())
    return min((newest or today) + 1, max(today + 1, (newest or today)))


def checklist(ward: Ward, western: int) -> Checklist:
    """Everything that 1 April of that year needs from planners and administrators; a constant number of statements."""
    on = date(western, 4, 1)
    heirs = heirs_on(ward, on)
    questions = _questions(ward, western, heirs)
    running = Initiative.objects.filter(ward=ward, first_year__lte=western).exclude(last_year__lt=western)
    orphans = list(running.filter(owner__key__in=heirs).select_related("owner"))
    plans = {p.key: p for p in Plan.objects.filter(ward=ward, fiscal_year=western)}
    missing = [p.title for p in Plan.objects.filter(ward=ward, fiscal_year=western - 1) if p.key not in plans]
    tasks = [
        _task(
            "year",
            FiscalYear.objects.filter(ward=ward, western=western).exists(),
            _("新しい年度を開く"),
            _("計画の写しを作るときに開きます。"),
        ),
        _task("plans", not missing, _("計画の作業用の写しを作る"), names=missing),
        _task(
            "sections",
            not [heir for heir in heirs.values() if not heir.candidates],
            _("終わる課の引継ぎ先を決める"),
            names=_names(ward, [key for key, heir in heirs.items() if not heir.candidates]),
        ),
        _task(
            "owners",
            not orphans,
            _("取組の担当を新しい課に引き継ぐ"),
            names=[f"{one.row} {one.title}（{one.owner.name}）" for one in orphans],
            later="" if clock.today() >= on else _("4月1日からできます。"),
        ),
        _people(ward, on),
        _initiatives(ward, western),
        _documents(plans, western),
        _targets(ward, western),
        _evaluations(ward, western),
        _reviews(ward),
    ]
    return Checklist(western, tuple(tasks), questions)


def without_target(ward: Ward, western: int) -> list[indicators.Loaded]:
    """Indicators of running initiatives that have no target for the year."""
    used = set(
        Initiative.objects.filter(ward=ward, first_year__lte=western)
        .exclude(last_year__lt=western)
        .exclude(indicator_links__isnull=True)
        .values_list("indicator_links__indicator", flat=True)
    )
    return [one for one in indicators.load(ward, pks=used) if western not in one.goals] if used else []


def _task(
    key: str, done: bool, title: str, note: str = "", names: Sequence[str] = (), later: str = ""
) -> Task:
    if done:
        return Task(key, DONE, title, note)
    return Task(key, LATER if later else WAITING, title, later or note, names)


def _names(ward: Ward, keys: list[str]) -> list[str]:
    return list(Section.objects.filter(ward=ward, key__in=keys).values_list("name", flat=True))


def _questions(ward: Ward, western: int, heirs: dict[str, Heir]) -> tuple[Question, ...]:
    sections = {s.key: s for s in Section.objects.filter(ward=ward)}
    split = {key: heir for key, heir in heirs.items() if heir.is_open and heir.candidates}
    owned: dict[str, list[Initiative]] = {}
    for one in (
        Initiative.objects.filter(ward=ward, owner__key__in=split)
        .exclude(last_year__lt=western)
        .select_related("owner")
    ):
        owned.setdefault(one.owner.key, []).append(one)
    return tuple(
        Question(
            sections[key],
            tuple(sections[candidate] for candidate in heir.candidates),
            tuple(owned.get(key, ())),
        )
        for key, heir in split.items()
    )


def _people(ward: Ward, on: date) -> Task:
    posted = Q(postings__valid_from__lte=on) & (
        Q(postings__valid_until__isnull=True) | Q(postings__valid_until__gt=on)
    )
    ended = (
        StaffMember.objects.filter(ward=ward, postings__valid_until=on)
        .exclude(pk__in=StaffMember.objects.filter(posted).values("pk"))
        .distinct()
        .count()
    )
    lost = (
        StaffMember.objects.filter(posted, ward=ward, postings__section__valid_until__lte=on)
        .distinct()
        .count()
    )
    note = (
        _("配属が終わる人が%(ended)d人、なくなる課に配属のままの人が%(lost)d人います。")
        % {"ended": ended, "lost": lost}
        if ended or lost
        else ""
    )
    return _task("people", not lost, _("職員の異動を入れる"), note)


def _initiatives(ward: Ward, western: int) -> Task:
    ending = Initiative.objects.filter(ward=ward, last_year=western - 1).count()
    starting = Initiative.objects.filter(ward=ward, first_year=western).count()
    note = _("%(ending)d件が終わり、%(starting)d件が始まります。") % {"ending": ending, "starting": starting}
    return Task("initiatives", DONE, _("取組の始まり、終わり、統合、分割を決める"), note)


def _documents(plans: dict[str, Plan], western: int) -> Task:
    waiting = [p.title for p in plans.values() if p.origin in ("carried", "pack")]
    return _task("documents", bool(plans) and not waiting, _("新しい年度の公表文を取り込む"), names=waiting)


def _targets(ward: Ward, western: int) -> Task:
    missing = without_target(ward, western)
    return _task(
        "targets",
        not missing,
        _("指標の目標を決める"),
        _("%(count)d件に、この年度の目標がありません。") % {"count": len(missing)} if missing else "",
        [one.indicator.title for one in missing[:20]],
    )


def _evaluations(ward: Ward, western: int) -> Task:
    open_ones = (
        Evaluation.objects.filter(plan__ward=ward, plan__fiscal_year=western - 1)
        .exclude(state="approved")
        .count()
    )
    note = _("承認されていない振り返りが%(count)d件あります。担当の課と一緒に引き継がれます。") % {
        "count": open_ones
    }
    return _task("evaluations", not open_ones, _("前の年度の振り返りを終える"), note if open_ones else "")


def _reviews(ward: Ward) -> Task:
    names = [
        r.document.filename
        for r in ImportReview.objects.filter(ward=ward, state="open").select_related("document").defer("tree")
    ]
    return _task("reviews", not names, _("開いたままの取込を片付ける"), names=names)

"""Changes to readings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from kuyakusho.core.access.actor import Actor
from kuyakusho.core.audit.services import record
from kuyakusho.core.calendar import clock
from kuyakusho.core.errors import Invalid, Missing
from kuyakusho.core.wards.models import Ward
from kuyakusho.core.wards.services import touch

from . import readings
from .models import AnnotatedText, Reading
from .rules import hiragana, is_reading, needs_reading


def correct(*, ward: Ward, surface: str, reading: str, actor: Actor) -> Reading:
    """Sets how a word is read in the ward, from now on and on every page. Katakana is taken as hiragana.

    Raises Invalid when the word has nothing to read or the reading is not kana.
    """
    surface, reading = surface.strip(), hiragana(reading.strip())
    wrong = {}
    if not needs_reading(surface):
        wrong["surface"] = _("漢字を含む言葉を入れてください。")
    if not is_reading(reading):
        wrong["reading"] = _("読みは、ひらがなで入れてください。")
    if wrong:
        raise Invalid(
            "reading_invalid",
            _("読みを保存できませんでした。"),
            _("赤い印のところを直してください。"),
            fields=wrong,
        )
    with transaction.atomic():
        row, is_new = Reading.objects.update_or_create(
            ward=ward,
            surface=surface,
            defaults={
                "reading": reading,
                "source": "corrected",
                "corrected_by": str(actor),
                "changed_at": clock.now(),
            },
        )
        record(
            ward=ward,
            actor=actor,
            action="text.reading.corrected",
            target=f"text.reading:{row.public_id}",
            new=is_new,
        )
        _changed(ward)
    return row


def remove(*, ward: Ward, public_id: str, actor: Actor) -> None:
    """Takes a word out of the ward's dictionary: the analyser decides again. Raises Missing if it isn't there."""
    with transaction.atomic():
        row = Reading.objects.filter(ward=ward, public_id=public_id).first()
        if row is None:
            raise Missing
        row.delete()
        record(ward=ward, actor=actor, action="text.reading.removed", target=f"text.reading:{public_id}")
        _changed(ward)


def load_dictionary(*, ward: Ward | None, words: Mapping[str, str], actor: Actor) -> int:
    """Makes the pack's words (surface → hiragana) the ward's dictionary; corrections by staff stay. Returns how many."""
    now = clock.now()
    with transaction.atomic():
        corrected = set(
            Reading.objects.filter(ward=ward, source="corrected").values_list("surface", flat=True)
        )
        before = dict(Reading.objects.filter(ward=ward, source="pack").values_list("surface", "reading"))
        after = {s: hiragana(r) for s, r in words.items() if s not in corrected}
        if before == after:
            return len(after)
        Reading.objects.filter(ward=ward, source="pack").delete()
        Reading.objects.bulk_create(
            Reading(ward=ward, surface=surface, reading=reading, source="pack", changed_at=now)
            for surface, reading in after.items()
        )
        record(
            ward=ward,
            actor=actor,
            action="text.dictionary.loaded",
            target="text.dictionary",
            words=len(after),
        )
        _changed(ward)
    return len(after)


def prepare(*, ward: Ward | None, texts: Iterable[str]) -> int:
    """Works out and stores the readings of texts about to be published. Returns how many were new.

    Derived data: no audit line. Called where a room publishes, or by a job over what it publishes.
    """
    wanted = [text for text in dict.fromkeys(texts) if needs_reading(text)]
    dictionary = readings.dictionary_of(ward)
    digests = {readings.digest_of(text, dictionary.version): text for text in wanted}
    known = set(
        AnnotatedText.objects.filter(ward=ward, digest__in=list(digests)).values_list("digest", flat=True)
    )
    new = [
        AnnotatedText(
            ward=ward,
            digest=digest,
            text=text,
            parts=[list(part) for part in readings.work_out(text, dictionary)],
            made_at=clock.now(),
        )
        for digest, text in digests.items()
        if digest not in known
    ]
    AnnotatedText.objects.bulk_create(new, ignore_conflicts=True, batch_size=200)
    return len(new)


def _changed(ward: Ward | None) -> None:
    # Texts worked out with the old dictionary are never asked for again (their digest names it).
    if ward is None:
        AnnotatedText.objects.all().delete()
    else:
        AnnotatedText.objects.filter(ward=ward).delete()
        touch(ward)
    transaction.on_commit(readings.forget)

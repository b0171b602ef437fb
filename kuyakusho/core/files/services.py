"""Keeping a file that somebody sent, and removing it."""

from __future__ import annotations

import hashlib
from datetime import date

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from kuyakusho.core.access.actor import Actor
from kuyakusho.core.audit import services as audit
from kuyakusho.core.calendar import clock
from kuyakusho.core.errors import Missing
from kuyakusho.core.wards.models import Ward

from . import rules, storage
from .models import StoredFile
from .scanning import refuse_infected


def store(
    *,
    ward: Ward,
    actor: Actor,
    purpose: str,
    upload: UploadedFile | bytes,
    name: str = "",
    kinds: tuple[str, ...] = rules.DOCUMENTS,
    limit: int = 20 * rules.MB,
    remove_on: date | None = None,
) -> StoredFile:
    """Checks and keeps a file. `purpose` is the room's word for it (`policy.source`).

    The content is written before the row: when the transaction is undone, a file without a row is left, which the
    nightly job takes away. Raises Invalid when the file may not be kept, Conflict when it can't be scanned.
    """
    if isinstance(upload, bytes):
        content = upload
    else:
        name = name or upload.name or ""
        content = upload.read(limit + 1)  # one byte too many is enough to know
    shown = rules.shown_name(name)
    kind = rules.check(shown, content, kinds=kinds, limit=limit)
    is_clean = refuse_infected(content)
    path = storage.new_path()
    storage.write(path, content)
    now = clock.now()
    with transaction.atomic():
        stored = StoredFile.objects.create(
            ward=ward,
            purpose=purpose,
            name=shown,
            media_type=kind.media_type,
            size=len(content),
            digest=hashlib.sha256(content).hexdigest(),
            path=path,
            scanned_at=now if is_clean else None,
            stored_at=now,
            stored_by=str(actor),
            remove_on=remove_on,
        )
        audit.record(
            ward=ward,
            actor=actor,
            action="files.file.stored",
            target=f"files.file:{stored.public_id}",
            purpose=purpose,
            size=stored.size,
            digest=stored.digest,
        )
    return stored


def content_of(stored: StoredFile) -> bytes:
    """The bytes of a stored file. Raises Missing when they are gone."""
    try:
        return storage.read(stored.path)
    except FileNotFoundError:
        raise Missing from None


def remove(*, stored: StoredFile, actor: Actor) -> None:
    """Removes the content; the row says that it was there. A second call changes nothing."""
    with transaction.atomic():
        removed = StoredFile.objects.filter(pk=stored.pk, removed_at__isnull=True).update(
            state="removed", removed_at=clock.now(), name=""
        )
        if not removed:
            return
        audit.record(
            ward=stored.ward,
            actor=actor,
            action="files.file.removed",
            target=f"files.file:{stored.public_id}",
            purpose=stored.purpose,
        )
        transaction.on_commit(lambda: storage.remove(stored.path))

"""Files that were sent and wait to be confirmed."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, select, update
from sqlmodel import Session, col

from storage.queries.queues import insert_for
from storage.queries.rows import get_row
from storage.tables.uploads import Upload


def add_upload(session: Session, *, source: str, person_id: int, name: str, packed: str, now: datetime) -> int:
    """Keep a file that was read and return its id; the same inbound's is kept once."""
    session.execute(
        insert_for(session)(Upload)
        .values(source=source, person_id=person_id, name=name, packed=packed, sent_at=now)
        .on_conflict_do_nothing(index_elements=["source"])
    )
    found: int = session.execute(select(col(Upload.id)).where(col(Upload.source) == source)).scalar_one()
    return found


def get_upload(session: Session, upload_id: int) -> Upload:
    """Get a file that was sent."""
    return get_row(session, Upload, upload_id)


def claim_upload(session: Session, upload_id: int) -> Upload | None:
    """Find a file that was sent and lock it; None when it was forgotten."""
    return session.get(Upload, upload_id, with_for_update=True, populate_existing=True)


def end_upload(session: Session, upload_id: int, now: datetime) -> None:
    """Note that a file was written or dropped: nothing of its content is kept."""
    session.execute(update(Upload).where(col(Upload.id) == upload_id).values(done_at=now, packed=""))


def forget_uploads(session: Session, before: datetime) -> None:
    """Forget files that were sent before an instant."""
    session.execute(delete(Upload).where(col(Upload.sent_at) < before))

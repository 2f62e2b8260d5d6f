"""A workbook sent into the chat: what it would change is shown, and written once whoever sent it confirms."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from handlers import messages as core
from handlers.access import HQ, STORE_LEADERS
from handlers.chat import Button, Look, Message
from handlers.errors import BadInput, NotAllowed, TooLate
from handlers.network import messages
from handlers.network.commands import import_sheets, plan_import
from handlers.network.packing import unpack
from handlers.registry import button, command, periodic
from storage.queries import uploads
from storage.tables.people import Role

if TYPE_CHECKING:
    from handlers.context import Context

WHO = STORE_LEADERS | HQ
# An old .xls is refused with the sentence that says how to save it.
FILES = (".xlsx", ".xlsm", ".xls", ".csv")
# So long a workbook waits for its confirmation.
KEPT = timedelta(days=1)
MOST_CHANGES, MOST_PROBLEMS = 10, 50  # lines of each in a chat


@command("import", "导入", "importar", roles=WHO, reading=True, files=FILES)
def send_sheet(context: Context, words: str) -> None:
    """Take in a workbook: send it, look at what would change, confirm."""
    attached = context.attached
    if attached is None:
        raise BadInput("network.send_a_file")
    if attached.problem is not None:
        raise attached.problem
    assert attached.upload_id is not None
    upload = uploads.get_upload(context.session, attached.upload_id)
    plan = plan_import(context.session, unpack(upload.packed), context.settings, context.now, own=_own(context))
    shown = messages.plan_message(context.language, plan, most=MOST_CHANGES, most_bad=MOST_PROBLEMS)
    if not plan.problems and not plan.changes_nothing:
        args: dict[str, str | int] = {"upload": upload.id}
        yes = Button(context.words("network.write_button"), "network.write", args, Look.PRIMARY)
        no = Button(context.words("network.drop_button"), "network.drop", args)
        shown = Message(shown.lines, ((yes, no),))
    context.audit("import", upload.name, after=f"{len(plan.changes)} changes, {len(plan.problems)} bad")
    context.answer(shown)


@button("network.write", roles=WHO)
def press_write(context: Context, upload: int) -> None:
    """Write the workbook, planned anew: others may have written since."""
    kept = uploads.claim_upload(context.session, upload)
    if kept is not None and kept.person_id != context.my_id:
        raise NotAllowed("network.not_your_file")
    if kept is None or kept.done_at is not None:
        raise TooLate("network.file_done")
    by = f"sheet:{context.me.name}"
    plan = import_sheets(context.session, unpack(kept.packed), context.settings, context.now, by=by, own=_own(context))
    if plan.problems:
        context.answer(messages.plan_message(context.language, plan, most=0, most_bad=MOST_PROBLEMS))
        return
    uploads.end_upload(context.session, upload, context.now)
    context.audit("import", kept.name, after=f"{len(plan.changes)} changes")
    key = "network.changed_since" if plan.changes_nothing else "network.written"
    context.answer(core.sentence(context.words(key)))


@button("network.drop", roles=WHO)
def press_drop(context: Context, upload: int) -> None:
    """Write nothing."""
    kept = uploads.claim_upload(context.session, upload)
    if kept is not None and kept.person_id != context.my_id:
        raise NotAllowed("network.not_your_file")
    if kept is None or kept.done_at is not None:
        raise TooLate("network.file_done")
    uploads.end_upload(context.session, upload, context.now)
    context.answer(core.sentence(context.words("network.file_dropped")))


@periodic("uploads")
def forget_uploads(context: Context) -> None:
    """Forget what nobody confirmed."""
    uploads.forget_uploads(context.session, context.now - KEPT)


def _own(context: Context) -> str:
    """Return the code of the only store that who speaks may speak of, "" for HQ."""
    if context.me.role is Role.HQ:
        return ""
    if context.store is None:
        raise NotAllowed("core.not_your_role")
    return context.store.code

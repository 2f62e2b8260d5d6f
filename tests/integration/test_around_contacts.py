"""What waits for a confirmation holds nothing of a customer in clear, and the customer is not lost by it."""

from __future__ import annotations

import pytest

from handlers.chat import Inbound, InboundKind
from storage.database import Database
from tests.factories import small_network
from tests.integration.test_customers import CLEAR, NAME, PHONE, PLATE, POST, Stage
from tests.talk import Talk


@pytest.fixture
def stage(any_database: Database) -> Stage:
    with any_database.transaction() as session:
        network = small_network(session)
    return Stage(Talk(any_database), network)


def test_a_duplicate_that_waits_for_its_confirmation_keeps_the_customer_and_nothing_in_clear(stage: Stage) -> None:
    talk, manager = stage.talk, stage.network.sz01_manager
    talk.says(manager, POST)
    talk.passes(seconds=1)
    talk.says(manager, POST)
    assert stage.request().number == 1
    assert not [word for word in CLEAR if word in stage.stored()]
    talk.presses(manager, "仍然发布")
    request = stage.request()
    assert request.number == 2 and request.customer_id is not None
    assert stage.contact(request.customer_id) == (NAME, PHONE, PLATE)


def test_a_draft_of_a_message_with_a_telephone_is_confirmed_without_showing_it(stage: Stage) -> None:
    talk, manager, group = stage.talk, stage.network.sz01_manager, stage.network.managers_chat
    talk.takes(
        Inbound(
            id="telegram:quoted-1",
            kind=InboundKind.TEXT,
            origin=talk.address(group),
            user=talk.account(manager, "telegram").user,
            text="transfer",
            addressed=True,
            message="77",
            reply_to="76",
            values={"quoted": POST.removeprefix("/transfer "), "author": "", "author_name": "王师傅", "link": ""},
        )
    )
    assert stage.request() is None
    assert PHONE not in stage.everything_said() and PLATE not in stage.everything_said()
    assert PHONE not in stage.stored() and PLATE not in stage.stored()
    talk.presses(manager, "发布")
    assert stage.request().written_by == "王师傅"
    assert stage.request().customer_id is not None
    assert PHONE not in stage.everything_said()

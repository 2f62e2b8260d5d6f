"""The errors a person may read. Each is one sentence of the catalogue, said in the reader's language.

PersonError         what was asked is not done, and this says why
├── BadInput        the words cannot be used; the sentence has an example
│   └── BadFields   a form's fields cannot be used: field → key of a sentence
├── NotFound        there is no such thing
├── NotAllowed      this person may not; audited as refused
├── TooLate         it was possible once: the state has moved on; audited as refused
└── Unconfirmed     it can be done, and who asked should look first: it is done with the press of a button

PolicyError         our own code asked for what the data agreement forbids; a bug, never a person's fault
"""

from __future__ import annotations

from collections.abc import Sequence

from handlers import texts
from handlers.chat import Line
from storage.purposes import PolicyError

__all__ = [
    "BadFields",
    "BadInput",
    "NotAllowed",
    "NotFound",
    "PersonError",
    "PolicyError",
    "TooLate",
    "Unconfirmed",
]


class PersonError(Exception):
    """What was asked is not done; `key` and `values` say why."""

    def __init__(self, key: str, **values: object) -> None:
        super().__init__(key, values)
        self.key = key
        self.values = values

    def words(self, language: str) -> str:
        """Say it in a language."""
        return texts.say(language, self.key, **self.values)


class BadInput(PersonError):
    """The words cannot be used as they stand."""


class BadFields(BadInput):
    """A form's fields cannot be used; `fields` is field → key of the sentence that says why."""

    def __init__(self, fields: dict[str, str], **values: object) -> None:
        super().__init__(next(iter(fields.values())), **values)
        self.fields = fields

    def field_words(self, language: str) -> dict[str, str]:
        """Say what is wrong with each field."""
        return {field: texts.say(language, key, **self.values) for field, key in self.fields.items()}


class NotFound(PersonError):
    """There is no such thing."""


class NotAllowed(PersonError):
    """This person may not do that."""


class TooLate(PersonError):
    """It was possible once; the state has moved on."""


class Unconfirmed(PersonError):
    """It can be done, and who asked should look first: `above` is what they see, `button` the key of what does it."""

    def __init__(self, above: Sequence[Line], button: str) -> None:
        super().__init__(button)
        self.above = above
        self.button = button

"""What is known of a page before its sentences are read: its enum values, and which fields decide over others.

The discriminators ("mode") are found, not known: an enum field whose values some sentence names together with the
word mode, or that a table of required fields is keyed by. Pure, stdlib.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from reconciler.apidocs.choices import Choice
from reconciler.apidocs.page import PageField
from reconciler.apidocs.prose import Fact, facts_in

Limit = tuple[str, tuple[str, ...]]
"""A discriminator and those of its values that a sentence names."""


class Known:
    """The page's enum values, whose they are, and which of those fields discriminate."""

    def __init__(
        self, fields: tuple[PageField, ...], choices: Mapping[str, tuple[Choice, ...]], notes: Iterable[str] = ()
    ) -> None:
        self.choices = choices
        self.required = {each.name for each in fields if each.required}
        self.names = tuple(each.name for each in fields)
        self.values = tuple(each.value for listed in choices.values() for each in listed)
        texts = (*(each for field in fields for each in field.description), *notes)
        worded = [fact for text in texts for fact in facts_in(text, self.values) if fact.values and fact.worded]
        self.discriminators = {owner for fact in worded for owner in self._owners(fact.values)[:1]}

    def limit(self, fact: Fact) -> Limit | None:
        """The discriminator that a fact's values belong to; None where they are no discriminator's."""
        owners = [each for each in self._owners(fact.values) if each in self.discriminators]
        if not owners:
            return None
        # in the order of the field's own values, whichever way round a sentence names them
        return owners[0], tuple(each.value for each in self.choices[owners[0]] if each.value in fact.values)

    def rest(self, limit: Limit | None) -> Limit | None:
        """The discriminator's other values."""
        if limit is None:
            return None
        others = tuple(each.value for each in self.choices[limit[0]] if each.value not in limit[1])
        return (limit[0], others) if others else None

    def owner(self, value: str) -> str | None:
        return next(iter(self._owners((value,))), None)

    def _owners(self, values: Iterable[str]) -> list[str]:
        """Fields that have all the values, required ones first: what decides over others is asked for."""
        wanted = set(values)
        owners = [name for name, listed in self.choices.items() if wanted and wanted <= {each.value for each in listed}]
        return sorted(owners, key=lambda each: each not in self.required)

"""The net that works without the assistant: the danger rules and the learned ear, together."""

from dataclasses import dataclass, field, replace

from callcenter.domain.danger import Danger, DangerRules, Kind
from callcenter.domain.ear import Ear, spoken

ALARM_FROM = 0.4  # the ear alone raises an alarm; docs/danger.md says what it was chosen by
DENIED_BELOW = -0.3  # what the rules found is so unlike a danger that a person judges it first
DOUBTED_BELOW = 0.3  # what the rules found is so little like one that a sure model may deny it
SHORT_CRY = 8  # characters; so little is taken at its word, whatever the ear makes of it
OVERHEARD = "ear"  # the rule's name of what the ear alone heard; its kind is a guess


@dataclass(frozen=True, kw_only=True)
class Watch:
    """The rules and the ear together: the net that works without the assistant."""

    rules: DangerRules = field(repr=False)
    ear: Ear = field(repr=False)

    def find(self, text: str) -> Danger | None:
        """The danger in `text`, or None. Never raises.

        What the rules found and the ear finds nothing like a danger goes to a person without an
        alarm, a short cry apart; what it finds little like one is `doubted`, and still an alarm
        unless the model denies it too. What only the ear hears, and hears well, is an alarm.
        """
        found = self.rules.find(text)
        if found is None:
            return self._overheard(text)
        if not found.certain or len(spoken(text)) <= SHORT_CRY:
            return found
        margin = self.ear.margin(text)
        return replace(found, certain=margin >= DENIED_BELOW, doubted=margin < DOUBTED_BELOW)

    def _overheard(self, text: str) -> Danger | None:
        if self.ear.margin(text) < ALARM_FROM:
            return None
        return Danger(kind=Kind.OTHER, words=text[:60], rule=OVERHEARD)

"""A telephone line of no latency: every call is placed at once, and tells its whole life at once.

What the carrier would tell by webhooks is handed to the services that the webhooks call, one unit
of work for each, as web/voice.py does: four status events, the script, who picked up, and a key.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from callcenter.domain.call import CallEvent, Disposition, Listener, Progress
from callcenter.services import attempts, checkin_call
from callcenter.services.checkin_call import Heard
from callcenter.telephony.port import CallOrder, CarrierCall, Refused
from callcenter.wiring import House


class BenchLine:
    """See `telephony.port.Carrier`. Remembers what it was asked for; nobody is ever rung."""

    def __init__(self, name: str) -> None:
        self._name = name
        self.dialled: Counter[str] = Counter()  # how often each number was rung
        self.waiting: list[tuple[str, int]] = []  # call id and attempt, not yet told of

    def place_call(self, order: CallOrder) -> str:
        """Takes the call."""
        self.dialled[order.to] += 1
        sid = f"CA{self._name}{self.dialled.total():012d}"
        self.waiting.append((sid, int(order.script_url.rpartition("/")[2])))
        return sid

    def fetch(self, sid: str) -> CarrierCall:
        """Knows of no call: all have ended."""
        raise Refused(Disposition.FAILED, 20404, "gone")

    def calls_to(self, number: str, since: datetime) -> Sequence[CarrierCall]:
        """None."""
        return ()

    def hang_up(self, sid: str) -> None:
        """Nothing to do."""

    def send_text(self, to: str, text: str, status_url: str) -> str:
        """Takes the text."""
        return f"SM{self._name}{to}"

    def tell(self, house: House) -> int:
        """Everything about the calls that were placed since; gives how many check-ins ended."""
        told, self.waiting = self.waiting, []
        for sid, attempt_id in told:
            _whole_life(house, sid, attempt_id)
        return len(told)


def _whole_life(house: House, sid: str, attempt_id: int) -> None:
    """Queued, ringing, picked up, asked, a person, pressed 1, hung up: seven webhooks."""
    _status(house, attempt_id, CallEvent(sid=sid, progress=Progress.QUEUED, sequence=0))
    _status(house, attempt_id, CallEvent(sid=sid, progress=Progress.RINGING, sequence=1))
    _status(house, attempt_id, CallEvent(sid=sid, progress=Progress.TALKING, sequence=2))
    with house.store.work() as session:
        asked = checkin_call.open_call(session, house.now(), house.policy, attempt_id, sid)
    with house.store.work() as session:
        attempts.heard_by(session, attempt_id, Listener.HUMAN)
    with house.store.work() as session:
        checkin_call.take_turn(
            session, house.now(), house.policy, attempt_id, asked.turn, Heard(key="1")
        )
    over = CallEvent(
        sid=sid,
        progress=Progress.ENDED,
        sequence=3,
        disposition=Disposition.ANSWERED,
        seconds=20,
    )
    _status(house, attempt_id, over)


def _status(house: House, attempt_id: int, event: CallEvent) -> None:
    with house.store.work() as session:
        attempts.record(session, house.now(), house.policy, attempt_id, event)

"""A telephone line of no latency: every call is placed at once, and tells its whole life at once.

What the carrier would tell by webhooks is handed to the services that the webhooks call, one unit
of work for each, as web/voice.py does: four status events, the script, who picked up, and a key.
"""

import itertools
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

from callcenter.clock import real_now
from callcenter.domain.call import CallEvent, Disposition, Listener, Progress
from callcenter.services import attempts, checkin_call
from callcenter.services.checkin_call import Heard
from callcenter.telephony.port import CallOrder, CarrierCall, Refused
from callcenter.wiring import House

THREADS = 40  # in which a web process answers webhooks, as Starlette does


class BenchLine:
    """See `telephony.port.Carrier`. Remembers what it was asked for; nobody is ever rung."""

    def __init__(
        self, name: str, web_threads: int = THREADS, clock: Callable[[], datetime] = real_now
    ) -> None:
        self._name, self._web_threads = name, web_threads
        self._lock = threading.Lock()
        self._numbers = itertools.count()
        self._clock = clock
        self.left_at: list[datetime] = []  # when each call left, check-ins and others
        self.dialled: Counter[str] = Counter()  # how often each number was rung
        self.waiting: list[tuple[str, int]] = []  # call id and attempt, not yet told of

    def place_call(self, order: CallOrder) -> str:
        """Takes the call; only check-ins are told of later."""
        self.left_at.append(self._clock())
        if "/check-in/" not in order.script_url:
            return f"CN{self._name}{next(self._numbers):012d}"
        attempt_id = int(order.script_url.rpartition("/")[2])
        sid = f"CA{self._name}{attempt_id:012d}"
        with self._lock:
            self.dialled[order.to] += 1
            self.waiting.append((sid, attempt_id))
        return sid

    def fetch(self, sid: str) -> CarrierCall:
        """Knows of no call: all have ended."""
        raise Refused(Disposition.FAILED, 20404, "gone")

    def calls_to(self, number: str, since: datetime) -> Sequence[CarrierCall]:
        """None."""
        return ()

    def hang_up(self, sid: str) -> None:
        """Nothing to do."""

    def redirect(self, sid: str, script_url: str) -> None:
        """Nothing to do."""

    def send_text(self, to: str, text: str, status_url: str) -> str:
        """Takes the text."""
        return f"SM{self._name}{next(self._numbers):012d}"

    def tell(self, house: House) -> int:
        """Everything about the calls that were placed since; gives how many check-ins ended."""
        told, self.waiting = self.waiting, []
        with ThreadPoolExecutor(self._web_threads) as web:
            list(web.map(lambda call: _whole_life(house, *call), told))
        return len(told)


def _whole_life(house: House, sid: str, attempt_id: int) -> None:
    """Queued, ringing, picked up, asked, a person, pressed 1, hung up: seven webhooks."""
    store, policy = house.store, house.policy
    for number, progress in enumerate((Progress.QUEUED, Progress.RINGING, Progress.TALKING)):
        _status(house, attempt_id, CallEvent(sid=sid, progress=progress, sequence=number))
    asked = store.together(
        attempt_id,
        attempts.hold,
        lambda work: checkin_call.open_call(work, house.now(), policy, attempt_id, sid),
    )
    store.together(
        attempt_id,
        attempts.hold,
        lambda work: attempts.heard_by(work, attempt_id, Listener.HUMAN),
    )
    store.together(
        attempt_id,
        attempts.hold,
        lambda work: checkin_call.take_turn(
            work, house.now(), policy, attempt_id, asked.turn, Heard(key="1")
        ),
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
    house.store.together(
        attempt_id,
        attempts.hold,
        lambda work: attempts.record(work, house.now(), house.policy, attempt_id, event),
    )

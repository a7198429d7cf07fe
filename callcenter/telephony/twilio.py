"""The carrier that speaks Twilio's REST API: Twilio itself, the local exchange, or a look-alike.

The only file that imports the twilio helper besides twiml.py. Its words are translated by words.py.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Protocol

from requests.exceptions import RequestException
from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.request_validator import RequestValidator
from twilio.rest import Client

from callcenter.config import TWILIO, Settings
from callcenter.domain.call import CallEvent, Disposition
from callcenter.telephony.port import CallOrder, CarrierCall, Refused, Slower, Unclear
from callcenter.telephony.words import carrier_words

ASK_SECONDS = 10  # the asynchronous client ignores its timeout, so the synchronous one is used


class Http(Protocol):
    """What the twilio client sends its requests with."""

    def request(self, method: str, url: str, **words: Any) -> Any:
        """An answer with `status_code` and `text`; raises OSError when none comes."""


class _At(TwilioHttpClient):  # type: ignore[misc]
    """Sends what is meant for Twilio's host to the configured carrier instead."""

    def __init__(self, base_url: str) -> None:
        super().__init__(timeout=ASK_SECONDS, max_retries=0)
        self.base_url = base_url.rstrip("/")

    def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> Any:
        return super().request(method, url.replace(TWILIO, self.base_url, 1), *args, **kwargs)


class TwilioCarrier:
    """See `telephony.port.Carrier`."""

    def __init__(self, settings: Settings, http: Http | None = None) -> None:
        """`http` sends the requests; by default over the network to the configured carrier."""
        self._from, self._words = settings.hotline_number, carrier_words()
        self._client = Client(
            settings.account_sid,
            settings.auth_token,
            http_client=http or _At(settings.carrier_url),
        )

    def place_call(self, order: CallOrder) -> str:
        """Rings somebody; see the port."""
        options: dict[str, Any] = {}
        if order.fallback_url:
            options["fallback_url"] = order.fallback_url
        if order.machine_url:
            options |= {
                "machine_detection": "Enable",
                "async_amd": "true",  # the API wants the word, not a truth value
                "async_amd_status_callback": order.machine_url,
            }
        call = self._ask(
            self._client.calls.create,
            to=order.to,
            from_=self._from,
            url=order.script_url,
            status_callback=order.status_url,
            status_callback_event=list(self._words.events),
            timeout=order.ring_seconds,
            time_limit=order.limit_seconds,
            **options,
        )
        return str(call.sid)

    def fetch(self, sid: str) -> CarrierCall:
        """How a call stands; see the port."""
        return _call(self._ask(self._client.calls(sid).fetch))

    def calls_to(self, number: str, since: datetime) -> Sequence[CarrierCall]:
        """Calls placed to a number since a moment, newest first; see the port."""
        rows = self._ask(self._client.calls.list, to=number, limit=50)
        calls = [_call(row) for row in rows]
        return [one for one in calls if one.started_at is None or one.started_at >= since]

    def hang_up(self, sid: str) -> None:
        """Ends a call; one that is over already (21220) is left alone."""
        try:
            self._ask(self._client.calls(sid).update, status="completed")
        except Refused as over:
            if over.code != 21220:
                raise

    def redirect(self, sid: str, script_url: str) -> None:
        """Another script for a call that is going on; see the port."""
        self._ask(self._client.calls(sid).update, url=script_url, method="POST")

    def send_text(self, to: str, text: str, status_url: str) -> str:
        """Sends an SMS; see the port."""
        message = self._ask(
            self._client.messages.create,
            to=to,
            from_=self._from,
            body=text,
            status_callback=status_url,
        )
        return str(message.sid)

    def _ask(self, call: Any, **words: Any) -> Any:
        try:
            return call(**words)
        except TwilioRestException as said:
            raise _error(said) from said
        except (RequestException, TwilioException, OSError) as broken:
            raise Unclear(type(broken).__name__) from broken


def _error(said: TwilioRestException) -> Exception:
    if said.status == 429:
        return Slower(1)
    if said.status >= 500:
        return Unclear(f"{said.status}")
    meaning = carrier_words().errors.get(said.code or 0, Disposition.FAILED)
    return Refused(meaning, said.code or said.status, said.msg)


def _call(row: Any) -> CarrierCall:
    status = str(row.status)
    return CarrierCall(
        sid=str(row.sid),
        to=str(row.to),
        progress=carrier_words().progress[status],
        disposition=carrier_words().disposition.get(status),
        started_at=row.start_time or row.date_created,
        seconds=int(row.duration or 0),
    )


def event_of(form: dict[str, str]) -> CallEvent:
    """What a status webhook says. Raises KeyError or ValueError when it is not one."""
    status = form["CallStatus"]
    disposition = carrier_words().disposition.get(status)
    if disposition is Disposition.FAILED:
        sip = int(form.get("SipResponseCode") or 0)
        disposition = carrier_words().sip.get(sip, Disposition.FAILED)
    return CallEvent(
        sid=form["CallSid"],
        progress=carrier_words().progress[status],
        sequence=int(form.get("SequenceNumber", "-1")),
        disposition=disposition,
        seconds=int(form.get("CallDuration") or 0),
    )


def genuine(auth_token: str, url: str, form: dict[str, str], signature: str) -> bool:
    """True when the request was signed with our token for exactly this URL and form."""
    return bool(RequestValidator(auth_token).validate(url, form, signature))

"""SMS webhooks: a worker acknowledges by replying the number; deliveries are told."""

import re

from fastapi import APIRouter, Response

from callcenter.services import notices
from callcenter.services.acknowledging import acknowledge_together
from callcenter.services.errors import CareError
from callcenter.telephony import twiml
from callcenter.web.signed import SignedForm, TheHouse
from callcenter.web.voice.markup import xml
from callcenter.wiring import House

router = APIRouter(prefix="/sms")


@router.post("/inbound")
def inbound(form: SignedForm, house: TheHouse) -> Response:
    """A text to the hotline number: the number of an escalation acknowledges it."""
    number = re.search(r"\d{1,9}", form.get("Body", "")[:200])
    if number is None:
        return xml(twiml.text_reply("接警请回复预警的号码。其他事请打热线。"))
    return xml(twiml.text_reply(_acknowledge(house, int(number[0]), form.get("From", ""))))


def _acknowledge(house: House, escalation_id: int, phone: str) -> str:
    try:
        with house.store.work() as session:
            worker = notices.worker_told(session, escalation_id, phone)
            if worker is None:
                return "没有发给您的这条预警，请核对号码。"
            taken = acknowledge_together(session, house.now(), escalation_id, worker, "sms")
    except CareError as said:
        return str(said)
    if len(taken) > 1:
        return f"{len(taken)}条预警由您接了。办完请到工作台逐条登记结果。"
    return f"预警{escalation_id}号由您接了。办完请到工作台登记结果。"


@router.post("/notice/{notice_id}/status")
def status(notice_id: int, form: SignedForm, house: TheHouse) -> Response:
    """Whether an SMS arrived; one that did not goes to the worker's other channels."""
    word = form.get("MessageStatus", "")
    with house.store.work() as session:
        if word == "delivered":
            notices.delivered(session, notice_id)
        elif word in ("undelivered", "failed"):
            trouble = f"短信{form.get('ErrorCode', '')}"
            notices.failed(session, house.now(), notice_id, trouble, again=False)
    return Response(status_code=204)

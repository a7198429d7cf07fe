"""Lists of the REST API: Twilio's filters, order and paging."""

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from callcenter.exchange.errors import RestError

LARGEST_PAGE = 1000
PAGE = 50
PAGING = frozenset({"Page", "PageSize", "PageToken"})


def page[Item](
    items: Iterable[Item],
    query: Mapping[str, str],
    path: str,
    key: str,
    show: Callable[[Item], dict[str, Any]],
) -> dict[str, Any]:
    """One page as Twilio words it. `items` are filtered already, newest first."""
    size = min(max(_whole(query, "PageSize", PAGE), 1), LARGEST_PAGE)
    number = _whole(query, "Page", 0)
    found = list(items)
    start = number * size
    shown = found[start : start + size]
    more = start + size < len(found)

    def uri(page_number: int) -> str:
        rest = {name: value for name, value in query.items() if name not in PAGING}
        token = {"PageToken": f"PA{page_number}"} if page_number else {}
        return f"{path}?{urlencode(rest | {'PageSize': size, 'Page': page_number} | token)}"

    return {
        key: [show(item) for item in shown],
        "first_page_uri": uri(0),
        "next_page_uri": uri(number + 1) if more else None,
        "previous_page_uri": uri(number - 1) if number else None,
        "uri": uri(number),
        "page": number,
        "page_size": size,
        "start": start,
        "end": start + max(len(shown) - 1, 0),
    }


def within(query: Mapping[str, str], name: str, moment: datetime | None) -> bool:
    """Whether a moment passes the filters `name`, `name<` and `name>` (a day, or a moment)."""
    wanted = {sign: query.get(name + sign) for sign in ("", "<", ">")}
    if not any(wanted.values()):
        return True
    if moment is None:
        return False
    for sign, text in wanted.items():
        if text and not _holds(sign, moment, *_span(text)):
            return False
    return True


def _holds(sign: str, moment: datetime, start: datetime, end: datetime) -> bool:
    if sign == "<":
        return moment < end
    return moment >= start if sign == ">" else start <= moment < end


def _span(text: str) -> tuple[datetime, datetime]:
    try:
        if len(text) == 10:
            day = date.fromisoformat(text)
            start = datetime(day.year, day.month, day.day, tzinfo=UTC)
            return start, start + timedelta(days=1)
        start = datetime.fromisoformat(text)
    except ValueError:
        raise RestError(20001, text) from None
    start = start if start.tzinfo else start.replace(tzinfo=UTC)
    return start, start + timedelta(seconds=1)


def _whole(query: Mapping[str, str], name: str, default: int) -> int:
    value = query.get(name, "")
    if value and not value.isdigit():
        raise RestError(20001, f"{name}={value}")
    return int(value) if value else default

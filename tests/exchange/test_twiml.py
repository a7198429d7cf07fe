"""What TwiML the exchange takes, compared with the classes of the twilio package."""

import inspect
import re
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twilio.twiml import TwiML, lower_camel, voice_response

from callcenter.exchange import twiml
from callcenter.exchange.twiml import TwimlError

CLASSES = {
    name: kind
    for name, kind in vars(voice_response).items()
    if inspect.isclass(kind) and issubclass(kind, TwiML) and kind is not TwiML
}


def tag(kind: type[TwiML]) -> str:
    """The tag that a class of the package writes."""
    needed = [
        parameter
        for parameter in inspect.signature(kind).parameters.values()
        if parameter.default is parameter.empty
        and parameter.kind is parameter.POSITIONAL_OR_KEYWORD
    ]
    return str(kind(*["x" for _ in needed]).name)


def by_package() -> dict[str, dict[str, set[str]]]:
    """Tags with their attributes and children, read off the package's methods."""
    found: dict[str, dict[str, set[str]]] = {}
    for kind in CLASSES.values():
        row = found.setdefault(tag(kind), {"attributes": set(), "children": set()})
        for method in vars(kind).values():
            source = inspect.getsource(method) if inspect.isfunction(method) else ""
            nested = re.search(r"return self\.nest\(\s*(\w+)\(", source)
            if nested is None:
                continue
            child = CLASSES[nested.group(1)]
            body = set(inspect.signature(child.__init__).parameters)
            names = set(inspect.signature(method).parameters) - body - {"self", "kwargs"}
            row["children"].add(tag(child))
            below = found.setdefault(tag(child), {"attributes": set(), "children": set()})
            below["attributes"] |= {lower_camel(TwiML.MAP.get(name, name)) for name in names}
    return found


def test_the_table_is_what_the_package_can_write() -> None:
    """Every tag, attribute and nesting of the package is legal here, and nothing else is."""
    table = {
        name: {part: set(row.get(part, ())) for part in ("attributes", "children")}
        for name, row in twiml.table()["tags"].items()
    }
    assert table == by_package()


def test_the_value_rules_are_about_known_attributes() -> None:
    """A rule for an attribute that does not exist would never bite."""
    tags, values = twiml.table()["tags"], twiml.table()["values"]
    everywhere = {name for row in tags.values() for name in row.get("attributes", ())}
    assert set(values["*"]) <= everywhere
    for name, rules in values.items():
        if name != "*":
            assert set(rules) <= set(tags[name]["attributes"]), name


@pytest.mark.parametrize(
    "body",
    [
        '<Say voice="Google.cmn-CN-Wavenet-A" language="cmn-CN">您好<break time="500ms"/></Say>',
        '<Say><prosody rate="80%" volume="loud">您好</prosody></Say>',
        '<Gather input="dtmf speech" speechTimeout="auto" action="t?n=1"><Say>好</Say></Gather>',
        '<Dial timeout="20"><Number url="https://a.example/w">+8610010000001</Number></Dial>',
        "<Dial><Conference>a</Conference></Dial><Hangup/>",
    ],
)
def test_good_twiml_passes(body: str) -> None:
    """What the app writes every day."""
    assert twiml.read(f"<Response>{body}</Response>").children


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("<Speak>您好</Speak>", "not a TwiML tag"),
        ('<Gather numdigits="1"/>', "no attribute numdigits"),
        ("<Gather><Dial>+8610010000001</Dial></Gather>", "must not stand inside"),
        ("<Record><Say>您好</Say></Record>", "must not stand inside"),
        ('<Gather input="voice"/>', "is not a value"),
        ('<Say language="chinese">您好</Say>', "is not a value"),
        ('<Say voice="xiaoyan">您好</Say>', "is not a value"),
        ('<Pause length="soon"/>', "is not a value"),
        ("<Hangup>再见</Hangup>", "must not contain text"),
        ('<Redirect method="PUT">/x</Redirect>', "is not a value"),
        ('<Say><prosody rate="fastest">您好</prosody></Say>', "is not a value"),
        ("您好", "must not contain text"),
    ],
)
def test_bad_twiml_is_12200_and_says_what_is_wrong(body: str, reason: str) -> None:
    """The reason names tag and attribute."""
    with pytest.raises(TwimlError, match=reason) as wrong:
        twiml.read(f"<Response>{body}</Response>")
    assert wrong.value.code == 12200


@pytest.mark.parametrize(
    ("text", "kind", "code"),
    [
        ("", "text/xml", 12100),
        ("<Response>", "text/xml", 12100),
        ('<!DOCTYPE r [<!ENTITY a "b">]><Response/>', "text/xml", 12100),
        ("<html/>", "text/html", 12200),
        ("<Response/>", "application/json", 12300),
        (f"<Response><Say>{'长' * 30000}</Say></Response>", "text/xml", 11750),
    ],
)
def test_what_is_not_twiml_has_its_own_code(text: str, kind: str, code: int) -> None:
    """Empty, broken, with a document type, foreign, mistyped, huge."""
    with pytest.raises(TwimlError) as wrong:
        twiml.read(text, kind)
    assert wrong.value.code == code


@given(st.text(max_size=300))
def test_no_text_at_all_breaks_the_reader(text: str) -> None:
    """Whatever an app sends is a document or a TwimlError."""
    for body in (text, f"<Response><Say>{text}</Say></Response>"):
        with suppress(TwimlError):
            assert twiml.read(body).tag == "Response"

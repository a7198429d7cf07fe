"""Reads TwiML and refuses what Twilio would refuse, by the table in twiml.yaml."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import yaml

MAX_BYTES = 64 * 1024  # Twilio's limit (11750)
XML_TYPES = {"text/xml", "application/xml", "text/html"}
XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"


@dataclass(frozen=True)
class TwimlError(Exception):
    """The document cannot be carried out; `code` is Twilio's."""

    code: int  # 12100 not XML, 12200 not TwiML, 12300 wrong content type, 11750 too large
    reason: str


@dataclass(frozen=True, kw_only=True)
class Element:
    """One tag of a checked document."""

    tag: str
    attributes: dict[str, str] = field(default_factory=dict)
    parts: "tuple[Element | str, ...]" = ()  # text and tags in their order

    @property
    def children(self) -> "tuple[Element, ...]":
        """The tags inside, without the text."""
        return tuple(part for part in self.parts if isinstance(part, Element))

    @property
    def text(self) -> str:
        """The element's own text, without surrounding white space."""
        return "".join(part for part in self.parts if isinstance(part, str)).strip()

    def get(self, name: str) -> str | None:
        """An attribute, or None when it is not there."""
        return self.attributes.get(name)

    def seconds(self, name: str, default: float) -> float:
        """An attribute that counts seconds; "auto" and absence give the default."""
        value = self.attributes.get(name, "")
        return float(value) if value.isdigit() else default

    def true(self, name: str, default: bool = False) -> bool:
        """An attribute that says true or false."""
        return self.attributes.get(name, str(default)).lower() == "true"


@cache
def table() -> dict[str, Any]:
    """What is legal, from twiml.yaml."""
    loaded: dict[str, Any] = yaml.safe_load(Path(__file__).with_name("twiml.yaml").read_text())
    return loaded


def read(text: str, content_type: str = "text/xml") -> Element:
    """The checked <Response>. Raises TwimlError, saying what is wrong and where."""
    if content_type.split(";")[0].strip().lower() not in XML_TYPES:
        raise TwimlError(12300, f"content type {content_type!r} is not XML")
    if len(text.encode()) > MAX_BYTES:
        raise TwimlError(11750, "the document is larger than 64 kB")
    root = _element(_parsed(text))
    if root.tag != "Response":
        raise TwimlError(12200, f"the outermost tag is <{root.tag}>, not <Response>")
    for fault in faults(root):
        raise TwimlError(12200, fault)
    return root


def faults(element: Element) -> Iterator[str]:
    """Every breach of the table, in document order, as a sentence."""
    rules = table()
    known = rules["tags"].get(element.tag)
    if known is None:
        yield f"<{element.tag}> is not a TwiML tag"
        return
    yield from _attribute_faults(element, known.get("attributes", ()))
    if element.text and element.tag not in rules["text"]:
        yield f"<{element.tag}> must not contain text"
    for child in element.children:
        if child.tag in rules["tags"] and child.tag not in known.get("children", ()):
            yield f"<{child.tag}> must not stand inside <{element.tag}>"
        yield from faults(child)


def _attribute_faults(element: Element, allowed: list[str]) -> Iterator[str]:
    values = table()["values"]
    for name, value in element.attributes.items():
        if name not in allowed:
            yield f"<{element.tag}> has no attribute {name}"
            continue
        pattern = values.get(element.tag, {}).get(name) or values["*"].get(name)
        if pattern and not re.fullmatch(pattern, value):
            yield f'{name}="{value}" is not a value of <{element.tag}>'


def recognises(gather: Element) -> bool:
    """False for a language and speech model that do not go together (13331)."""
    rules = table()
    western = (gather.get("speechModel") or "default") in rules["western_models"]
    return not western or gather.get("language") in {None, *rules["western_languages"]}


def _parsed(text: str) -> ElementTree.Element:
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise TwimlError(12100, "a document type is not allowed")
    try:
        return ElementTree.fromstring(text.strip().encode())  # noqa: S314 - entities refused above
    except ElementTree.ParseError as broken:
        raise TwimlError(12100, f"not well-formed XML: {broken}") from broken


def _element(node: ElementTree.Element) -> Element:
    parts: list[Element | str] = [node.text] if node.text else []
    for child in node:
        parts.append(_element(child))
        if child.tail:
            parts.append(child.tail)
    attributes = {("xml:lang" if k == XML_LANG else k): v for k, v in node.attrib.items()}
    return Element(tag=str(node.tag), attributes=attributes, parts=tuple(parts))

"""Drafting an article from a PDF, Word or HTML page. A draft is never spoken until released."""

import re
from datetime import date
from pathlib import Path
from zipfile import BadZipFile

import mammoth  # type: ignore[import-untyped]
import yaml
from markdownify import markdownify
from pypdf import PdfReader
from pypdf.errors import PyPdfError

from knowledge.facts import BadData

MAX_BYTES = 20_000_000
MAX_CHARS = 60_000
_UNSAFE_ID = re.compile(r"[^a-z0-9]+")
_BLANK = re.compile(r"\n{3,}")
_SKIPPED = ["script", "style", "img", "nav", "header", "footer", "form", "iframe"]


def draft_from(file: Path, folder: Path, today: date, until: date, name: str | None) -> Path:
    """Write `folder/<id>.md` with the file's text, marked as a draft. Raises BadData.

    Never overwrites an article.
    """
    wanted = _UNSAFE_ID.sub("-", (name or file.stem).lower()).strip("-") or f"draft-{today}"
    path = folder / f"{wanted}.md"
    if path.exists():
        raise BadData(f"{path.name} 已经有了，请用 --id 换一个编号。")
    text = read_document(file)
    front = {
        "id": wanted,
        "title": _title(text, file),
        "topic": "待填",
        "region": "待填",
        "issuer": "待填",
        "source": "待填",
        "issued": str(today.year),
        "checked": today,
        "valid_until": until,
        "facts": [],
        "gives": [],
        "asks": [],
        "spoken": "待填",
        "draft": True,
        "imported_from": file.name,
    }
    head = yaml.safe_dump(front, allow_unicode=True, sort_keys=False, width=1000)
    folder.mkdir(parents=True, exist_ok=True)
    path.write_text(f"---\n{head}---\n{text}\n", encoding="utf-8")
    return path


def read_document(file: Path) -> str:
    """The file's text as Markdown. Raises BadData when it has none or cannot be read."""
    if file.stat().st_size > MAX_BYTES:
        raise BadData(f"{file.name} 太大，最多 {MAX_BYTES // 1_000_000} MB。")
    reader = _READERS.get(file.suffix.lower())
    if reader is None:
        raise BadData(f"{file.name}: 只认 {'、'.join(_READERS)}。旧的 .doc 请先另存为 .docx。")
    text = _BLANK.sub("\n\n", reader(file)).strip()[:MAX_CHARS]
    if not text:
        raise BadData(f"{file.name} 里没有文字，可能是扫描件，请先做文字识别。")
    return text


def _pdf(file: Path) -> str:
    try:
        return "\n\n".join(page.extract_text() for page in PdfReader(file).pages)
    except (PyPdfError, ValueError, KeyError) as error:
        raise BadData(f"{file.name} 不是完好的 PDF：{error}") from None


def _word(file: Path) -> str:
    try:
        with file.open("rb") as opened:
            return _markdown(mammoth.convert_to_html(opened).value)
    except (ValueError, KeyError, BadZipFile) as error:
        raise BadData(f"{file.name} 不是完好的 Word 文件：{error}") from None


def _html(file: Path) -> str:
    raw = file.read_bytes()
    for encoding in ("utf-8", "gb18030"):
        try:
            return _markdown(raw.decode(encoding))
        except UnicodeDecodeError:
            continue
    raise BadData(f"{file.name} 的文字编码认不出来，请另存为 UTF-8。")


def _markdown(html: str) -> str:
    bare = re.sub(rf"<({'|'.join(_SKIPPED)})\b.*?</\1>", "", html, flags=re.DOTALL | re.IGNORECASE)
    return str(markdownify(bare, strip=["a", "img"], heading_style="ATX"))


def _title(text: str, file: Path) -> str:
    first = next((line.strip("#* ").strip() for line in text.splitlines() if line.strip("#* ")), "")
    return first[:60] or file.stem


_READERS = {".pdf": _pdf, ".docx": _word, ".html": _html, ".htm": _html}

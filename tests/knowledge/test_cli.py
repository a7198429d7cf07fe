"""The commands, as staff use them."""

import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from knowledge import Library
from knowledge.bench import synthetic
from knowledge.cli import main
from knowledge.facts import BadData, load_facts
from tests.knowledge.conftest import TODAY

WORD = (
    '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">'
    "<w:body><w:p><w:r><w:t>关于助餐的通知</w:t></w:r></w:p></w:body></w:document>"
)
TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="xml" ContentType="application/xml"/>'
    '<Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-'
    'officedocument.wordprocessingml.document.main+xml"/></Types>'
)
RELATIONS = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/'
    'relationships/officeDocument" Target="word/document.xml"/></Relationships>'
)


def test_ask_answers_each_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Each line comes back with its answer, source and date, and what it already held."""
    file = tmp_path / "q.jsonl"
    lines = ['{"q": "长护险怎么申请", "n": 1}', "", '{"q": "今天天气怎么样"}']
    file.write_text("\n".join(lines), encoding="utf-8")
    assert main(["ask", str(file)]) == 0
    first, second = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert (first["n"], first["answered"], first["article"]) == (1, True, "changhuxian-apply")
    assert "WX-05" in first["facts"]
    assert first["as_of"] == "2022-09-17"
    assert (second["answered"], second["article"], second["facts"]) == (False, None, [])
    assert "转人工" in second["answer"]


@pytest.mark.parametrize("line", ["not json", "[]", "{}", '{"q": 3}'])
def test_a_bad_line_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str], line: str) -> None:
    """Bad input ends with a plain message that names the line, before anything is answered."""
    file = tmp_path / "q.jsonl"
    file.write_text(f'{{"q": "低保多少钱"}}\n{line}\n', encoding="utf-8")
    assert main(["ask", str(file)]) == 1
    heard = capsys.readouterr()
    assert "第 2 行" in heard.err
    assert heard.out == ""


def test_a_missing_file_is_a_plain_message(capsys: pytest.CaptureFixture[str]) -> None:
    """No traceback when the file is not there."""
    assert main(["ask", "/nowhere/q.jsonl"]) == 1
    assert "文件" in capsys.readouterr().err


def _word(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("[Content_Types].xml", TYPES)
        archive.writestr("_rels/.rels", RELATIONS)
        archive.writestr("word/document.xml", WORD)


def _html(path: Path) -> None:
    page = "<html><script>x()</script><h1>关于助餐的通知</h1><p>正文</p></html>"
    path.write_text(page, encoding="gb18030")


def _pdf(path: Path) -> None:
    text = b"BT /F1 24 Tf 72 720 Td (Notice on meals) Tj ET"
    fonts = b"/Resources<</Font<</F1 5 0 R>>>>>>"
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R" + fonts,
        b"<</Length %d>>stream\n%s\nendstream" % (len(text), text),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    out, places = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    end = b"trailer<</Size 6/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % len(out)
    path.write_bytes(out + b"xref\n0 6\n0000000000 65535 f \n" + table + end)


@pytest.mark.parametrize(
    ("make", "ending", "title"),
    [
        (_word, "docx", "关于助餐的通知"),
        (_html, "html", "关于助餐的通知"),
        (_pdf, "pdf", "Notice on meals"),
    ],
)
def test_an_imported_document_is_a_draft_that_is_never_said(
    shelf: Path, tmp_path: Path, make: Callable[[Path], None], ending: str, title: str
) -> None:
    """A Word, HTML or PDF file becomes a draft with its title; the search does not know it."""
    file = tmp_path / f"notice.{ending}"
    make(file)
    assert main(["--folder", str(shelf), "import", str(file), "--id", "meals-notice"]) == 0
    library = Library.load(shelf, meaning=False)
    draft = library.state.articles["meals-notice"]
    assert draft.draft
    assert draft.title == title
    assert "x()" not in draft.body
    assert not library.speak("meals-notice", TODAY).answered
    assert main(["--folder", str(shelf), "import", str(file), "--id", "meals-notice"]) == 1


@pytest.mark.parametrize(
    ("name", "told"), [("a.xls", "只认"), ("a.pdf", "PDF"), ("a.docx", "Word")]
)
def test_what_cannot_be_imported_is_said(
    shelf: Path, capsys: pytest.CaptureFixture[str], name: str, told: str
) -> None:
    """Another kind of file, or a broken one, ends with a plain message and leaves no draft."""
    (shelf / name).write_text("nothing", encoding="utf-8")
    assert main(["--folder", str(shelf), "import", str(shelf / name)]) == 1
    assert told in capsys.readouterr().err
    assert not (shelf / "articles" / "a.md").exists()


def test_check_tells_by_its_exit_code(shelf: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A folder with mistakes fails; the project's own does not."""
    assert main(["check"]) == 0
    assert main(["--folder", str(shelf), "check"]) == 1
    assert "处要改" in capsys.readouterr().out


def test_a_bad_facts_file_names_the_fact(tmp_path: Path) -> None:
    """A fact without its source is named by its id."""
    path = tmp_path / "facts.yaml"
    path.write_text("- {id: X-1, topic: t}\n", encoding="utf-8")
    with pytest.raises(BadData, match="X-1 缺少"):
        load_facts(path)


def test_synthetic_articles_are_the_same_every_time(library: Library) -> None:
    """The large bench measures the same thing whenever it is run."""
    real = [entry for entry in library.state.index.entries if entry.sort == "article"]
    assert list(synthetic(real, 50)) == list(synthetic(real, 50))

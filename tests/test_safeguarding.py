"""What may identify a child, and what is no document: figures on texts, every class, files made here, hostile input.

Both halves of the corpus were written by someone who had not seen the rules. First figures, before any rule was changed
for them: on the seen half 26 of 30 identifying texts were flagged; on the unseen half, measured once when the rules
were done, 27 of 30 (English 14 of 15, Russian 13 of 15) and none of 30 clean ones. Since then the classes missed
have been mended, so that both halves only hold what is reached; neither tells of texts nobody has seen.

`blind.yaml` does: 60 more texts by somebody else who had seen neither rules nor corpus, measured once after that, and
no rule changed for them since: 28 of 30 identifying texts flagged (English 13 of 15, Russian 15 of 15), 1 of 30 clean.
"""

import io
import struct
import time
import zipfile
from pathlib import Path

import pytest
import yaml

from tracker.choices import Risk
from tracker.safeguarding import Finding, file_risks, link_risks, text_findings

FOLDER = Path(__file__).parent / "safeguarding"
HALVES = {half: yaml.safe_load((FOLDER / f"{half}.yaml").read_text(encoding="utf-8")) for half in ("seen", "unseen")}
BLIND = yaml.safe_load((FOLDER / "blind.yaml").read_text(encoding="utf-8"))
OWN = yaml.safe_load((FOLDER / "own.yaml").read_text(encoding="utf-8"))
LABELS = ("identifying", "clean")
# A text of 100 kB takes about half a second; slower machines and a busy one are given more here.
SECONDS = 3


def risks(text: str) -> set[str]:
    return {finding.risk.value for finding in text_findings(text)}


def test_texts_written_blind_are_told_apart_as_when_they_were_first_read() -> None:
    flagged = {label: sum(bool(risks(row["text"])) for row in BLIND if row["label"] == label) for label in LABELS}

    assert flagged["identifying"] >= 28
    assert flagged["clean"] <= 1


# --- Texts


@pytest.mark.parametrize("half", HALVES)
@pytest.mark.parametrize("language", ["en", "ru"])
def test_figures_on_the_corpus_hold(language: str, half: str) -> None:
    flagged: dict[str, list[bool]] = {"identifying": [], "clean": []}
    for row in HALVES[half]:
        if row["language"] == language:
            flagged[row["label"]].append(bool(text_findings(row["text"])))
    assert {label: (sum(found), len(found)) for label, found in flagged.items()} == {
        "identifying": (15, 15),
        "clean": (0, 15),
    }


@pytest.mark.parametrize(("risk", "text"), [row for row in OWN if row[0] != "clean"])
def test_each_class_is_found(risk: str, text: str) -> None:
    assert risk in risks(text)


@pytest.mark.parametrize("text", [text for label, text in OWN if label == "clean"])
def test_text_that_identifies_nobody_is_left_alone(text: str) -> None:
    assert text_findings(text) == []


def test_every_risk_of_a_text_has_examples() -> None:
    of_files = {Risk.MEDIA, Risk.ARCHIVE, Risk.EMBEDDED_PICTURE, Risk.METADATA}
    assert {label for label, _text in OWN} - {"clean"} == {risk.value for risk in Risk if risk not in of_files}


def test_finding_tells_its_place_in_the_text_as_given() -> None:
    text = "Ask ma\u00adria.k@example.org,\u00a0please."
    assert text_findings(text) == [Finding(Risk.EMAIL, 4, 4 + len("ma\u00adria.k@example.org"))]


def test_marks_that_cannot_be_seen_hide_nothing() -> None:
    assert "phone" in risks("Her mother: +7\u00a0701\u2009000\u201122\u201184")
    assert "name_and_age" in risks("Со\u0301ня Вереща\u0301гина, 12\u00a0лет, живёт у тёти.")


@pytest.mark.parametrize(
    "address",
    [
        "https://example.org/doc/12001400012000417",
        "https://publication.example/Document/View/0001201906240001?index=0700000614",
        "http://example.org/passport/AB1234567/case-no-12345",
    ],
)
def test_numbers_in_a_web_address_are_nobodys(address: str) -> None:
    assert text_findings(address) == []
    assert text_findings(f"See {address}.") == []


HOSTILE = [
    *("a", "A", "1", "1 ", "1-", "A. ", "Anna ", "Anna, ", "12 лет ", "Соня, 12 лет, ", "@", "a@", "a.", "+1 ", "(1"),
    *("ул. А ", "№ ", "case no ", "паспорт ", "born in ", "one ", "School ", "Year 5 ", "\n", "\n ", ". ", "д. 1, "),
    *("the girl ", "lives at ", "https://", "и\u0306", "\u200b", "tel: ", "8-800 ", "Anna (12) the girl ", "Name: "),
    *("Луговая, 5, ", "flat 4 ", "girl 7/", "his @a ", "A1/", "little A"),
]


@pytest.mark.parametrize("unit", HOSTILE)
def test_hostile_text_takes_linear_time(unit: str) -> None:
    # Long enough: what takes time with the square of the length takes a dozen times as long as is allowed here.
    text = (unit * (30_000 // len(unit)))[:30_000]
    began = time.process_time()
    text_findings(text)
    assert time.process_time() - began < SECONDS / 3


# --- Links


@pytest.mark.parametrize(
    ("address", "found"),
    [
        ("https://example.org/a.JPG", [Risk.MEDIA]),
        ("https://example.org/a.jpg;x", [Risk.MEDIA]),
        ("https://example.org/a%2Ejpg", [Risk.MEDIA]),
        ("https://example.org/a%252Ejpg", [Risk.MEDIA]),
        ("https://example.org/get?file=a.mp4&x=1", [Risk.MEDIA]),
        ("https://example.org/get?file=b/a%2Emp4", [Risk.MEDIA]),
        ("https://example.org/#a.webm", [Risk.MEDIA]),
        ("https://example.org/a.tar.gz", [Risk.ARCHIVE]),
        ("https://example.org/a.7z?x", [Risk.ARCHIVE]),
        ("https://web.archive.org/web/2012/http://example.org/a.png", [Risk.MEDIA]),
        ("https://www.youtube.com/watch?v=x", [Risk.MEDIA]),
        ("https://youtu.be/x", [Risk.MEDIA]),
        ("https://player.vimeo.com/1", [Risk.MEDIA]),
        ("https://www.instagram.com/p/x/", [Risk.MEDIA]),
        ("https://vm.tiktok.com/x/", [Risk.MEDIA]),
        ("https://i.imgur.com/x", [Risk.MEDIA]),
        ("https://www.flickr.com/photos/x", [Risk.MEDIA]),
        ("https://vk.com/video-1_2", [Risk.MEDIA]),
        ("https://m.vk.com/photo1_2", [Risk.MEDIA]),
        ("https://rutube.ru/video/x/", [Risk.MEDIA]),
        ("https://mega.nz/file/x", [Risk.ARCHIVE]),
        ("https://t.me/channel/12", [Risk.ARCHIVE]),
        ("data:image/png;base64,AAAA", [Risk.MEDIA]),
        ("java\tscript:alert(1)", [Risk.MEDIA]),
    ],
)
def test_link_to_media_or_an_archive_is_found(address: str, found: list[Risk]) -> None:
    assert link_risks(address) == found


@pytest.mark.parametrize(
    "address",
    [
        "https://minjust.example/ru/documents/120-fz",
        "https://example.org/report.pdf",
        "https://example.org/report.pdf?page=3#section-2.1",
        "https://www.ohchr.org/EN/HRBodies/CRC/Pages/CRCIndex.aspx",
        "https://web.archive.org/web/2012/http://example.org",
        "https://vk.com/ministry",
        "https://example.org/archive.zip/read",
        "https://example.org/mega.nz",
        "https://notyoutube.com/law",
        "https://publication.example/Document/View/0001201906240001",
    ],
)
def test_page_of_a_ministry_stays_fine(address: str) -> None:
    assert link_risks(address) == []


# --- Files


def zipped(**parts: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in parts.items():
            packed.writestr(name.replace("__", "/").replace("_dot_", "."), content)
    return made.getvalue()


def office(**parts: bytes) -> bytes:
    return zipped(**{"[Content_Types]_dot_xml": b"<Types/>", "word__document_dot_xml": b"<w:p/>"} | parts)


TEXT = "Доклад о защите детей. It follows twelve promises, page by page.\n".encode() * 50
PDF = b"%PDF-1.7\n1 0 obj << /Type /Catalog >> endobj\ntrailer << >>\n%%EOF\n"
AUTHOR = b"<cp:coreProperties><dc:creator>Someone</dc:creator></cp:coreProperties>"
BITMAP = b"BM" + struct.pack("<I", 60) + bytes(54)


@pytest.mark.parametrize(
    ("name", "content", "found"),
    [
        ("a.txt", TEXT, []),
        ("a.txt", b"BM and MZ are two letters each; FORM A-12, ID of a document.\n", []),
        ("a.pdf", PDF, []),
        ("a.docx", office(), []),
        ("a.odt", zipped(mimetype=b"application/vnd.oasis.opendocument.text", content_dot_xml=b"<x/>"), []),
        ("a.jpg", TEXT, [Risk.MEDIA]),
        ("a.txt", b"\xff\xd8\xff\xe0JFIF", [Risk.MEDIA]),
        ("a.txt", b"\x89PNG\r\n\x1a\n", [Risk.MEDIA]),
        ("a.txt", b"GIF89a", [Risk.MEDIA]),
        ("a.txt", BITMAP, [Risk.MEDIA]),
        ("a.txt", b"RIFF\x00\x00\x00\x00WEBPVP8 ", [Risk.MEDIA]),
        ("a.txt", b"\x00\x00\x00\x18ftypmp42", [Risk.MEDIA]),
        ("a.txt", b"\x1aE\xdf\xa3", [Risk.MEDIA]),
        ("a.txt", b"ID3\x04\x00", [Risk.MEDIA]),
        ("a.txt", b"OggS\x00", [Risk.MEDIA]),
        ("a.txt", zipped(a_dot_txt=b"x"), [Risk.ARCHIVE]),
        ("a.docx", b"PK\x03\x04 broken", [Risk.ARCHIVE]),
        ("a.txt", b"Rar!\x1a\x07\x01\x00", [Risk.ARCHIVE]),
        ("a.txt", b"7z\xbc\xaf'\x1c", [Risk.ARCHIVE]),
        ("a.txt", b"\x1f\x8b\x08", [Risk.ARCHIVE]),
        ("a.txt", bytes(257) + b"ustar", [Risk.ARCHIVE]),
        ("a.pdf", PDF + zipped(a_dot_txt=b"x"), [Risk.ARCHIVE]),
        ("a.txt", TEXT + zipped(a_dot_txt=b"x"), [Risk.ARCHIVE]),
        ("a.pdf", PDF + b"<< /Subtype /Image /Width 9 >>", [Risk.EMBEDDED_PICTURE]),
        ("a.pdf", PDF + b"<< /EmbeddedFiles 3 0 R >>", [Risk.ARCHIVE]),
        ("a.pdf", PDF + b"<< /S /JavaScript /JS (x) >>", [Risk.ARCHIVE]),
        ("a.pdf", PDF + b"<< /Author (Someone) >>", [Risk.METADATA]),
        ("a.docx", office(word__media__image1_dot_png=b"x"), [Risk.EMBEDDED_PICTURE]),
        ("a.docx", office(word__vbaProject_dot_bin=b"x"), [Risk.ARCHIVE]),
        ("a.docx", office(docProps__core_dot_xml=AUTHOR), [Risk.METADATA]),
        ("a.docx", office(docProps__core_dot_xml=b" " * 10_000_000), [Risk.METADATA]),
        ("a.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", [Risk.ARCHIVE, Risk.METADATA]),
        ("a.rtf", b"{\\rtf1 {\\pict 00}}", [Risk.EMBEDDED_PICTURE]),
        ("a.txt", TEXT + b"data:image/png;base64,AAAA", [Risk.EMBEDDED_PICTURE]),
        ("a.txt", TEXT + b"aB3+" * 300, [Risk.EMBEDDED_PICTURE]),
        ("a.txt", TEXT + (b"aB3+" * 19 + b"\n") * 20, [Risk.EMBEDDED_PICTURE]),
        ("a.txt", TEXT + b"ffd8ffe0 " * 300, [Risk.EMBEDDED_PICTURE]),
        ("a.html", b"<p>x</p><img src=a>", [Risk.EMBEDDED_PICTURE]),
    ],
)
def test_file_is_told_by_its_bytes(name: str, content: bytes, found: list[Risk]) -> None:
    assert list(file_risks(name, content)) == found


@pytest.mark.parametrize(
    "unit", [b"a", b"aB3+" * 149 + b" ", b"ff " * 399 + b"x", b"PK\x03\x04", b"/Subtype ", b"<img"[:3]]
)
def test_hostile_file_takes_linear_time(unit: bytes) -> None:
    content = (unit * (2_000_000 // len(unit) + 1))[:2_000_000]
    began = time.process_time()
    for start in (b"", b"%PDF-1.7\n", b"PK\x03\x04"):
        file_risks("a.txt", start + content)
    assert time.process_time() - began < SECONDS

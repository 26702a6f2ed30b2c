"""Small ordinary files of many formats, made from texts of the checkout."""

import csv
import email.message
import io
import json
import tarfile
import zipfile
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]


def ordinary_files():
    """Names and contents, the same on every run."""
    text = (CHECKOUT / "docs/FORMATS.md").read_text()
    paragraphs = [" ".join(part.split()) for part in (CHECKOUT / "docs/ARCHITECTURE.md").read_text().split("\n\n")]
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in text.splitlines() if line.startswith("| ")]
    page = "<h1>Formats</h1>" + "".join(f"<p>{escaped(part)}</p>" for part in paragraphs) + table(rows)
    files = {
        "note.md": text.encode(), "note.html": f"<!doctype html><title>Note</title><article>{page}</article>".encode(),
        "note.txt": text.encode("utf-16"), "note.rtf": rtf(paragraphs), "note.docx": docx(paragraphs, rows), "note.odt": odt(paragraphs, rows),
        "note.epub": epub(page), "sheet.xlsx": xlsx(rows), "sheet.csv": sheet(rows), "rows.json": json.dumps({"rows": rows, "paragraphs": paragraphs}).encode(),
        "note.ipynb": notebook(paragraphs), "note.vtt": subtitles(paragraphs), "note.eml": bytes(mail(1, paragraphs, rows)),
        "note.mbox": b"".join(b"From ada@example.org Mon Nov  2 09:00:00 2026\n" + bytes(mail(number, paragraphs, rows)) + b"\n" for number in range(4)),
        "code.py": Path(__file__).read_bytes(), "code.rs": (CHECKOUT / "crates/rag-text/src/refusal.rs").read_bytes(),
        "image.png": (CHECKOUT / "crates/rag-text/tests/scans/note.png").read_bytes(), "image.jpg": (CHECKOUT / "crates/rag-text/tests/scans/note-cmyk.jpg").read_bytes(),
    }
    inside = {name: files[name] for name in ("note.md", "note.docx", "sheet.csv", "note.eml")}
    return {**files, "files.zip": package(inside), "files.tar": tape(inside)}


def escaped(text):
    return text.replace("&", "&amp;").replace("<", "&lt;")


def table(rows):
    return "<table>" + "".join("<tr>" + "".join(f"<td>{escaped(cell)}</td>" for cell in row) + "</tr>" for row in rows) + "</table>"


def package(files, kind=None):
    """A zip archive; its media type comes first, as OpenDocument and EPUB demand."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        if kind:
            archive.writestr(zipfile.ZipInfo("mimetype"), kind)
        for name, content in files.items():
            entry = zipfile.ZipInfo(name)
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, content)
    return out.getvalue()


def tape(files):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, content in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return out.getvalue()


def rtf(paragraphs):
    quoted = [part.replace("\\", "\\\\").replace("{", "\\{").replace("}", "\\}").encode("ascii", "replace").decode() for part in paragraphs]
    cells = "".join(r"{\trowd\cellx3000\cellx6000\pard\intbl " + part[:20] + r"\cell " + part[20:40] + r"\cell\row}" for part in quoted[:5])
    return (r"{\rtf1\ansi\deff0{\pard\outlinelevel0\b Note\par}" + "".join(r"{\pard " + part + r"\par}" for part in quoted) + cells + "}").encode()


def docx(paragraphs, rows):
    name = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    paragraph = lambda text: f'<w:p><w:r><w:t xml:space="preserve">{escaped(text)}</w:t></w:r></w:p>'
    cells = "".join("<w:tr>" + "".join(f"<w:tc>{paragraph(cell)}</w:tc>" for cell in row) + "</w:tr>" for row in rows)
    body = "".join(map(paragraph, paragraphs)) + f"<w:tbl>{cells}</w:tbl>"
    return package({"[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
                    "word/document.xml": f"<w:document {name}><w:body>{body}</w:body></w:document>"})


def odt(paragraphs, rows):
    name = " ".join(f'xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{short}:1.0"' for short in ("office", "text", "table"))
    cells = "".join("<table:table-row>" + "".join(f"<table:table-cell><text:p>{escaped(cell)}</text:p></table:table-cell>" for cell in row)
                    + "</table:table-row>" for row in rows)
    body = "".join(f"<text:p>{escaped(part)}</text:p>" for part in paragraphs) + f"<table:table>{cells}</table:table>"
    return package({"content.xml": f"<office:document-content {name}><office:body><office:text>{body}</office:text></office:body></office:document-content>"},
                   "application/vnd.oasis.opendocument.text")


def epub(page):
    return package({
        "META-INF/container.xml": '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles><rootfile full-path="book.opf"/></rootfiles></container>',
        "book.opf": '<package xmlns="http://www.idpf.org/2007/opf"><manifest><item id="a" href="a.xhtml" media-type="application/xhtml+xml"/></manifest>'
                    '<spine><itemref idref="a"/></spine></package>',
        "a.xhtml": f'<html xmlns="http://www.w3.org/1999/xhtml"><body>{page}</body></html>',
    }, "application/epub+zip")


def xlsx(rows):
    cells = "".join("<row>" + "".join(f'<c t="inlineStr"><is><t>{escaped(cell)}</t></is></c>' for cell in row) + "</row>" for row in rows)
    name, relations = "http://schemas.openxmlformats.org/spreadsheetml/2006/main", "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    relation = lambda kind, target: ('<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
                                     f'<Relationship Id="a" Type="{relations}/{kind}" Target="{target}"/></Relationships>')
    return package({
        "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
        "_rels/.rels": relation("officeDocument", "xl/workbook.xml"),
        "xl/workbook.xml": f'<workbook xmlns="{name}" xmlns:r="{relations}"><sheets><sheet name="Formats" sheetId="1" r:id="a"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": relation("worksheet", "worksheets/sheet1.xml"),
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{name}"><sheetData>{cells}</sheetData></worksheet>',
    })


def sheet(rows):
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue().encode()


def notebook(paragraphs):
    cells = [{"cell_type": "markdown", "metadata": {}, "source": [part]} for part in paragraphs]
    output = {"output_type": "stream", "name": "stdout", "text": ["42\n"]}
    cells.append({"cell_type": "code", "execution_count": 1, "metadata": {}, "source": ["print(42)\n"], "outputs": [output]})
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}).encode()


def subtitles(paragraphs):
    spoken = "".join(f"{number}\n00:{number:02}:00.000 --> 00:{number:02}:05.000\n<v Ada>{part[:120]}\n\n" for number, part in enumerate(paragraphs[:50], 1))
    return f"WEBVTT\n\n{spoken}".encode()


def mail(number, paragraphs, rows):
    message = email.message.EmailMessage()
    message["Subject"], message["From"], message["To"] = f"Note {number}", "Ada <ada@example.org>", "bob@example.org"
    message.set_content("\n\n".join(paragraphs[number : number + 9]))
    message.add_attachment(sheet(rows), maintype="text", subtype="csv", filename="sheet.csv")
    message.set_boundary("edge")
    return message

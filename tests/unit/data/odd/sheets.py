"""Small binary and OpenDocument workbooks, written record by record, so that each can be spoilt in one place."""

import io
import struct
import zipfile
from collections.abc import Mapping

RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
ROW, REAL, TEXT, DIMENSION = 0, 5, 6, 148


def record(kind: int, body: bytes = b"") -> bytes:
    """Write one record of [MS-XLSB] 2.1.4."""
    head = bytes([kind]) if kind < 128 else bytes([kind & 0x7F | 0x80, kind >> 7])
    size, length = b"", len(body)
    while True:
        size += bytes([length & 0x7F | (0x80 if length > 0x7F else 0)])
        length >>= 7
        if not length:
            return head + size + body


def wide(text: str) -> bytes:
    return struct.pack("<I", len(text)) + text.encode("utf-16-le")


def row(number: int) -> bytes:
    return record(ROW, struct.pack("<IIHHBI", number, 0, 300, 0, 0, 0))


def text(column: int, value: str) -> bytes:
    return record(TEXT, struct.pack("<II", column, 0) + wide(value))


def real(column: int, value: float) -> bytes:
    return record(REAL, struct.pack("<IId", column, 0, value))


def dimension(rows: int, columns: int) -> bytes:
    return record(DIMENSION, struct.pack("<IIII", 0, rows - 1, 0, columns - 1))


TABLE = row(0) + text(0, "a") + text(1, "b") + row(1) + real(0, 1.5) + text(1, "x") + row(2) + real(0, 2) + text(1, "y")


def zipped(parts: Mapping[str, bytes | str]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in parts.items():
            archive.writestr(name, body)
    return target.getvalue()


def xlsb(cells: bytes = TABLE, size: bytes = dimension(3, 2)) -> bytes:
    """Write a binary workbook of one sheet."""
    sheet = record(129) + size + record(145) + cells + record(146) + record(130)
    bundle = record(156, struct.pack("<II", 0, 1) + wide("rId1") + wide("S"))
    workbook = record(131) + record(143) + bundle + record(144) + record(132)
    relation = f'<Relationship Id="rId1" Type="{OFFICE}/worksheet" Target="worksheets/sheet1.bin"/>'
    return zipped(
        {
            "[Content_Types].xml": "<Types/>",
            "xl/workbook.bin": workbook,
            "xl/_rels/workbook.bin.rels": f'<Relationships xmlns="{RELATIONS}">{relation}</Relationships>',
            "xl/worksheets/sheet1.bin": sheet,
        }
    )


def cell(value: str, more: str = "") -> str:
    return f'<table:table-cell office:value-type="string" {more}><text:p>{value}</text:p></table:table-cell>'


def line(*cells: str, more: str = "") -> str:
    return f"<table:table-row {more}>{''.join(cells)}</table:table-row>"


LINES = line(cell("a"), cell("b")) + line(cell("1"), cell("x")) + line(cell("2"), cell("y"))


def ods(lines: str = LINES, *, prolog: str = "", manifest: str = "<manifest/>") -> bytes:
    """Write an OpenDocument workbook of one sheet."""
    names = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text")
    )
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?>{prolog}<office:document-content {names}><office:body>'
        f'<office:spreadsheet><table:table table:name="S">{lines}</table:table></office:spreadsheet></office:body>'
        "</office:document-content>"
    )
    return zipped(
        {
            "mimetype": "application/vnd.oasis.opendocument.spreadsheet",
            "content.xml": content,
            "META-INF/manifest.xml": manifest,
        }
    )

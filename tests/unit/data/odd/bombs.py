"""Files that unpack to far more than they weigh, or claim to; each is written by the test that reads it."""

import bz2
import gzip
import lzma
import struct
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

MB = 1024 * 1024
HUGE = 1200
"""Megabytes past the limit of 1,024."""
WIDE = 70
"""Megabytes from which on a part may not unpack to more than 200 times its size."""
_PIECE = b"0,0\n" * (MB // 4)
_LINES = b"".join(b"%d,%d\n" % (one, other) for one, other in np.random.default_rng(7).integers(0, 999, (4_000, 2)))
SPARSE = _LINES + _LINES[-8_192:] * ((MB - len(_LINES)) // 8_192)
"""About a megabyte that packs to a fiftieth or so: a file of such pieces stays below every ratio."""


def gzipped(path: Path) -> None:
    # Streams may follow each other in one file, so that one megabyte is packed once.
    path.write_bytes(gzip.compress(b"a,b\n") + gzip.compress(_PIECE) * HUGE)


def bzipped(path: Path) -> None:
    path.write_bytes(bz2.compress(b"a,b\n") + bz2.compress(_PIECE) * HUGE)


def xzipped(path: Path) -> None:
    path.write_bytes(lzma.compress(b"a,b\n") + lzma.compress(_PIECE) * HUGE)


def zstandard(path: Path) -> None:
    with pa.OSFile(str(path), "wb") as file, pa.CompressedOutputStream(file, "zstd") as packed:
        packed.write(b"a,b\n")
        for _ in range(HUGE):
            packed.write(_PIECE)


def sparse(pack: Callable[[bytes], bytes]) -> Callable[[Path], object]:
    """Write a file that passes the limit at a ratio that an honest table may have."""

    def write(path: Path) -> None:
        path.write_bytes(pack(b"a,b\n") + pack(SPARSE) * HUGE)
        assert path.stat().st_size > HUGE * MB / 190

    return write


def zstd_frame(body: bytes) -> bytes:
    return bytes(pa.Codec("zstd").compress(body, asbytes=True))


def sparse_zip(path: Path) -> None:
    """Write such a file as an archive that states its size truly."""
    # A flushed piece can stand before another one in the same stream; the last two bytes end it.
    packer = zlib.compressobj(6, zlib.DEFLATED, -15)
    piece = packer.compress(SPARSE) + packer.flush(zlib.Z_FULL_FLUSH)
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("t.csv", piece * HUGE + b"\x03\x00")
    content = bytearray(path.read_bytes())
    for method in (8, content.rindex(b"PK\x01\x02") + 10):
        struct.pack_into("<H", content, method, zipfile.ZIP_DEFLATED)
        struct.pack_into("<I", content, method + 14, len(SPARSE) * HUGE)
    path.write_bytes(content)


def archive(path: Path, parts: dict[str, bytes | int], *, stated: dict[str, int] | None = None) -> None:
    """Write a zip; a number means that many megabytes of nothing, and ``stated`` lies about a size."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name, body in parts.items():
            file.writestr(name, body if isinstance(body, bytes) else _PIECE * body)
    if stated:
        content = path.read_bytes()
        with zipfile.ZipFile(path) as file:
            for name, size in stated.items():
                true = file.getinfo(name).file_size
                content = content.replace(struct.pack("<I", true), struct.pack("<I", size))
        path.write_bytes(content)


XLSX = {"[Content_Types].xml": b"<Types/>", "xl/workbook.xml": b"<workbook/>"}
XLSB = {"[Content_Types].xml": b"<Types/>", "xl/workbook.bin": b"\x83\x01\x00\x84\x01\x00"}
ODS = {"mimetype": b"application/vnd.oasis.opendocument.spreadsheet"}


def parquet(path: Path, table: pa.Table, **given: object) -> None:
    pq.write_table(table, path, **given)


def arrow(path: Path, table: pa.Table, compression: str | None = None) -> None:
    options = pa.ipc.IpcWriteOptions(compression=compression)
    with pa.OSFile(str(path), "wb") as file, pa.ipc.new_file(file, table.schema, options=options) as writer:
        writer.write_table(table)


def codes(rows: int) -> pa.Array:
    return pa.array(np.zeros(rows, dtype="int32"))


LONG = pa.array(["x" * 100_000])


def repeated(rows: int = 100_000) -> pa.Array:
    return pa.DictionaryArray.from_arrays(codes(rows), LONG)


def runs(rows: int = 100_000) -> pa.Array:
    return pa.RunEndEncodedArray.from_arrays(pa.array([rows], pa.int32()), LONG)


def views(rows: int = 100_000) -> pa.Array:
    """Texts that all point to the same bytes."""
    view = struct.pack("<i4sii", 100_000, b"xxxx", 0, 0)
    return pa.Array.from_buffers(
        pa.string_view(), rows, [None, pa.py_buffer(view * rows), pa.py_buffer(b"x" * 100_000)]
    )


def list_views(rows: int = 100_000) -> pa.Array:
    """Lists that all hold the same thousand values."""
    return pa.ListViewArray.from_arrays(
        codes(rows), pa.array(np.full(rows, 1_000, dtype="int32")), pa.array(np.zeros(1_000, dtype="int8"))
    )


def table_of(values: pa.Array) -> pa.Table:
    return pa.table({"a": values, "n": pa.array(np.zeros(len(values), dtype="int8"))})


def deep_lists(rows: int = 250) -> pa.Array:
    """Few bytes once packed: lists of a hundred thousand zeros each."""
    offsets = pa.array(np.arange(rows + 1, dtype="int64") * 100_000)
    return pa.LargeListArray.from_arrays(offsets, pa.array(np.zeros(rows * 100_000, dtype="int8")))


SHEETS = {"xlsx": "xl/worksheets/sheet1.xml", "xlsb": "xl/worksheets/sheet1.bin", "ods": "content.xml"}
PARTS = {"xlsx": XLSX, "xlsb": XLSB, "ods": ODS}


def workbook(kind: str, unpacked: int, stated: int | None = None) -> Callable[[Path], None]:
    name = SHEETS[kind]
    lie = {name: stated * MB} if stated else None
    return lambda path: archive(path, {**PARTS[kind], name: unpacked}, stated=lie)


PACKED: dict[str, Callable[[Path], object]] = {
    "t.csv.gz": gzipped,
    "t.csv.bz2": bzipped,
    "t.csv.xz": xzipped,
    "t.csv.zst": zstandard,
    "sparse.csv.gz": sparse(gzip.compress),
    "sparse.csv.bz2": sparse(bz2.compress),
    "sparse.csv.xz": sparse(lzma.compress),
    "sparse.csv.zst": sparse(zstd_frame),
    "sparse.zip": sparse_zip,
    "t.zip": lambda path: archive(path, {"t.csv": WIDE}),
    "stated.zip": lambda path: archive(path, {"t.csv": 1}, stated={"t.csv": HUGE * MB}),
    "nested.xlsx.gz": lambda path: _nested(path, {**XLSX, SHEETS["xlsx"]: WIDE}),
    **{f"t.{kind}": workbook(kind, WIDE) for kind in SHEETS},
    **{f"stated.{kind}": workbook(kind, 1, HUGE) for kind in SHEETS},
    **{f"lying.{kind}": workbook(kind, WIDE, 1) for kind in SHEETS},
}


def _nested(path: Path, parts: dict[str, bytes | int]) -> None:
    inner = path.with_name("inner")
    archive(inner, parts)
    path.write_bytes(gzip.compress(inner.read_bytes()))
    inner.unlink()


COLUMNS: dict[str, Callable[[Path], object]] = {
    "codes.parquet": lambda path: parquet(path, table_of(repeated())),
    "deep codes.parquet": lambda path: parquet(path, table_of(pa.StructArray.from_arrays([repeated()], ["s"]))),
    "lists.parquet": lambda path: parquet(path, table_of(deep_lists()), compression="zstd", use_dictionary=False),
    "codes.feather": lambda path: arrow(path, table_of(repeated())),
    "deep codes.feather": lambda path: arrow(path, table_of(pa.StructArray.from_arrays([repeated()], ["s"]))),
    "runs.arrow": lambda path: arrow(path, table_of(runs())),
    "views.arrow": lambda path: arrow(path, table_of(views())),
    "list views.arrow": lambda path: arrow(path, table_of(list_views())),
    "lists.arrow": lambda path: arrow(path, table_of(deep_lists()), "zstd"),
    "nulls.parquet": lambda path: parquet(path, pa.table({"a": pa.nulls(200_000_000)})),
    "nulls.arrow": lambda path: arrow(path, pa.table({"a": pa.nulls(200_000_000)})),
}

"""Google Cloud Storage and Azure Blob Storage as far as Fairway asks them, on this machine, each with its own rules."""

import base64
import hashlib
import hmac
import http.server
import json
from urllib.parse import parse_qsl, unquote, urlsplit
from xml.sax.saxutils import escape

from tests.webserver import Handler

TOKEN = "ya29.s3cret"
ACCOUNT, ACCOUNT_KEY = "account1", base64.b64encode(b"a key of an account").decode()
OPEN = "open"
"""The bucket that asks for no key."""
PAGE = 2
"""Entries of one page of a list."""


class Cloud(Handler, http.server.BaseHTTPRequestHandler):
    """Holds objects by bucket and key; ``packed`` are those that are sent as gzip."""

    objects: dict[tuple[str, str], bytes]
    packed: frozenset[str] = frozenset()

    def do_GET(self) -> None:
        self._serve(body=True)

    def do_HEAD(self) -> None:
        self._serve(body=False)

    def _serve(self, *, body: bool) -> None:
        parts = urlsplit(self.path)
        query = dict(parse_qsl(parts.query, keep_blank_values=True))
        places = parts.path.strip("/").split("/")
        if places[:3] == ["storage", "v1", "b"]:
            self._google(places[3:], query)
        elif places[0] == ACCOUNT:
            self._azure(unquote(parts.path).split("/", 3)[2:], query, body=body)
        else:
            self.answer(b"", 400, {})

    def _google(self, places: list[str], query: dict[str, str]) -> None:
        bucket = unquote(places[0])
        if bucket != OPEN and self.headers.get("Authorization") != f"Bearer {TOKEN}":
            self.answer(b"{}", 401, {})
        elif not any(bucket == one for one, _ in self.objects):
            self.answer(b"{}", 404, {})
        elif len(places) == 2:
            folders, keys, following = self._listed(bucket, query.get("prefix", ""), query.get("pageToken", ""))
            items = [{"name": key, "size": str(len(self.objects[bucket, key]))} for key in keys]
            listed = {"kind": "storage#objects", "prefixes": folders, "items": items, "nextPageToken": following}
            self.answer(json.dumps({name: value for name, value in listed.items() if value}).encode(), 200, {})
        elif (found := self.objects.get((bucket, unquote(places[2])))) is None:
            self.answer(b"{}", 404, {})
        elif query.get("alt") == "media":
            self.answer(found, 200, self._packing(places[2]))
        else:
            said = {"name": unquote(places[2]), "size": str(len(found))}
            packing = {"contentEncoding": "gzip"} if self._packing(places[2]) else {}
            self.answer(json.dumps(said | packing).encode(), 200, {})

    def _azure(self, places: list[str], query: dict[str, str], *, body: bool) -> None:
        container = places[0] if places else ""
        if container != OPEN and not _signed(query):
            self.answer(b"", 403, {})
        elif query.get("comp") == "list" and not container:
            buckets = sorted({bucket for bucket, _ in self.objects})
            names = "".join(f"<Container><Name>{bucket}</Name></Container>" for bucket in buckets)
            self._xml(f"<Containers>{names}</Containers><NextMarker/>")
        elif query.get("comp") == "list":
            folders, keys, following = self._listed(container, query.get("prefix", ""), query.get("marker", ""))
            listed = "".join(f"<BlobPrefix><Name>{escape(one)}</Name></BlobPrefix>" for one in folders)
            for key in keys:
                size = len(self.objects[container, key])
                listed += f"<Blob><Name>{escape(key)}</Name><Properties><Content-Length>{size}</Content-Length>"
                listed += "<Content-Encoding /></Properties></Blob>"
            self._xml(f"<Blobs>{listed}</Blobs><NextMarker>{following}</NextMarker>")
        elif len(places) < 2 or (found := self.objects.get((container, places[1]))) is None:
            self.answer(b"", 404, {})
        else:
            packing = self._packing(places[1]) | {"Content-Length": str(len(found))}
            self.answer(found if body else b"", 200, packing)

    def _xml(self, inside: str) -> None:
        text = f'<?xml version="1.0" encoding="utf-8"?><EnumerationResults>{inside}</EnumerationResults>'
        self.answer(text.encode(), 200, {"Content-Type": "application/xml"})

    def _packing(self, key: str) -> dict[str, str]:
        return {"Content-Encoding": "gzip"} if unquote(key) in self.packed else {}

    def _listed(self, bucket: str, prefix: str, token: str) -> tuple[list[str], list[str], str]:
        keys = sorted(key for one, key in self.objects if one == bucket and key.startswith(prefix))
        folders = {prefix + key[len(prefix) :].partition("/")[0] + "/" for key in keys if "/" in key[len(prefix) :]}
        entries = sorted([*folders, *(key for key in keys if "/" not in key[len(prefix) :])])
        begin = int(token or 0)
        page = entries[begin : begin + PAGE]
        following = str(begin + PAGE) if begin + PAGE < len(entries) else ""
        return [one for one in page if one in folders], [one for one in page if one not in folders], following


def _signed(query: dict[str, str]) -> bool:
    said = (ACCOUNT, *(query.get(name, "") for name in ("sp", "ss", "srt", "st", "se", "sip", "spr", "sv", "ses")), "")
    mark = hmac.digest(base64.b64decode(ACCOUNT_KEY), "\n".join(said).encode(), hashlib.sha256)
    return hmac.compare_digest(query.get("sig", ""), base64.b64encode(mark).decode()) and "r" in query["sp"]

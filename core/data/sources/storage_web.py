"""Google Cloud Storage and Azure Blob Storage as fsspec file systems, over the guarded client of all web sources.

Only what bringing an object needs is here: listing, the size of an object, and its bytes.
"""

import base64
import binascii
import hashlib
import hmac
import io
from abc import abstractmethod
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qsl, quote, unquote, urlencode

from fsspec import AbstractFileSystem

from core.data.sources.api_path import decoded
from core.data.sources.guarded import Client, StatusError
from core.errors import DataError, InputError
from core.limits import STORAGE_ENTRIES, WEB_ANSWER_BYTES, WEB_BYTES

if TYPE_CHECKING:
    from core.data.sources.storage import Where

GOOGLE: Final = "https://storage.googleapis.com"
AZURE_VERSION: Final = "2021-08-06"
"""Of the protocol; the string that a signature signs follows it."""
SIGNED_HOURS: Final = 2
"""How long a signature made of an account's key is good for; no source takes longer."""


class _Pieces(io.RawIOBase):
    """A file of what comes in pieces."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self._rest = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self._rest:
            piece = next(self._pieces, None)
            if piece is None:
                return 0
            self._rest = piece
        count = min(len(buffer), len(self._rest))
        buffer[:count], self._rest = self._rest[:count], self._rest[count:]
        return count

    def close(self) -> None:
        if not self.closed:
            self._pieces.close()  # type: ignore[attr-defined]
        super().close()


class _Store(AbstractFileSystem):  # type: ignore[misc]
    """What both have in common; paths are a bucket and a key with a slash between them."""

    cachable = False

    def __init__(self, client: Client, base: str) -> None:
        super().__init__()
        self._client = client
        self._base = base

    def ls(self, path: str, detail: bool = True, **_: Any) -> list[Any]:
        """List what lies at a place."""
        bucket, _slash, key = path.strip("/").partition("/")
        found: list[dict[str, Any]] = []
        token: str | None = ""
        while token is not None and len(found) < STORAGE_ENTRIES:
            listed, token = self._page(bucket, f"{key}/" if key else "", token)
            found += listed
        if not found and key:
            found = [self.info(path)]
        return found if detail else [one["name"] for one in found]

    def info(self, path: str, **_: Any) -> dict[str, Any]:
        """Tell the size of an object, or that a folder lies there."""
        bucket, _slash, key = path.strip("/").partition("/")
        try:
            return self._info(bucket, key)
        except StatusError as error:
            if error.status != 404 or not key:
                raise
        listed, _token = self._page(bucket, f"{key}/", "")
        if not listed:
            raise FileNotFoundError("no such object")
        return _folder(path)

    def _open(self, path: str, mode: str = "rb", **_: Any) -> _Pieces:
        bucket, _slash, key = path.strip("/").partition("/")
        return _Pieces(self._client.pieces(self._object(bucket, key), most=WEB_BYTES))

    @abstractmethod
    def _page(self, bucket: str, prefix: str, token: str) -> tuple[list[dict[str, Any]], str | None]:
        """Return a page of a list, and the token of the following one."""

    @abstractmethod
    def _info(self, bucket: str, key: str) -> dict[str, Any]:
        """Return an object's size and name."""

    @abstractmethod
    def _object(self, bucket: str, key: str) -> str:
        """Return the address of an object."""


def _folder(path: str) -> dict[str, Any]:
    return {"name": path.rstrip("/"), "type": "directory", "size": 0, "packed": False}


def _file(path: str, size: Any, packing: Any) -> dict[str, Any]:
    return {"name": path, "type": "file", "size": int(size or 0), "packed": bool(packing)}


class GoogleStore(_Store):
    """Google Cloud Storage, by its JSON interface."""

    def _page(self, bucket: str, prefix: str, token: str) -> tuple[list[dict[str, Any]], str | None]:
        if not bucket:
            raise InputError("Google lists no buckets here.", next_step="Name one: gs://bucket.")
        asked = {"prefix": prefix, "delimiter": "/", "maxResults": STORAGE_ENTRIES, "pageToken": token}
        query = urlencode({name: value for name, value in asked.items() if value}, quote_via=quote)
        answer = self._json(f"{self._base}/storage/v1/b/{quote(bucket, safe='')}/o?{query}")
        try:
            found = [_folder(f"{bucket}/{name}") for name in answer.get("prefixes", [])]
            found += [
                _file(f"{bucket}/{one['name']}", one.get("size"), one.get("contentEncoding"))
                for one in answer.get("items", [])
                if not one["name"].endswith("/")
            ]
        except (LookupError, TypeError, ValueError, AttributeError) as error:
            raise _no_storage() from error
        return found, answer.get("nextPageToken") or None

    def _info(self, bucket: str, key: str) -> dict[str, Any]:
        answer = self._json(self._object(bucket, key).partition("?")[0])
        try:
            return _file(f"{bucket}/{key}", answer["size"], answer.get("contentEncoding"))
        except (LookupError, TypeError, ValueError) as error:
            raise _no_storage() from error

    def _object(self, bucket: str, key: str) -> str:
        return f"{self._base}/storage/v1/b/{quote(bucket, safe='')}/o/{quote(key, safe='')}?alt=media"

    def _json(self, url: str) -> dict[str, Any]:
        document = decoded(self._client.fetch(url, most=WEB_ANSWER_BYTES, accept="application/json").body)
        if not isinstance(document, dict):
            raise _no_storage()
        return document


class AzureStore(_Store):
    """Azure Blob Storage, by its REST interface.

    Parameters
    ----------
    client : Client
    base : str
        Of the account.
    signature : str
        A shared access signature; empty asks as nobody.
    """

    def __init__(self, client: Client, base: str, signature: str) -> None:
        super().__init__(client, base)
        self._signature = signature

    def _page(self, bucket: str, prefix: str, token: str) -> tuple[list[dict[str, Any]], str | None]:
        asked = {"restype": "container"} if bucket else {}
        asked |= {"comp": "list", "prefix": prefix, "marker": token, "maxresults": str(STORAGE_ENTRIES)}
        asked |= {"delimiter": "/"} if bucket else {}
        query = urlencode({name: value for name, value in asked.items() if value}, quote_via=quote)
        root = self._xml(self._signed(f"{self._base}/{quote(bucket, safe='')}?{query}"))
        if not bucket:
            return [_folder(_text(one, "Name")) for one in root.iter("Container")], _text(root, "NextMarker") or None
        folders = [_folder(f"{bucket}/{_text(one, 'Name')}") for one in root.iter("BlobPrefix")]
        names = {one["name"] for one in folders}
        try:
            files = [
                _file(
                    f"{bucket}/{_text(one, 'Name')}",
                    _text(one, "Properties/Content-Length"),
                    _text(one, "Properties/Content-Encoding"),
                )
                for one in root.iter("Blob")
            ]
        except ValueError as error:
            raise _no_storage() from error
        # Accounts with true folders list each also as an object without content.
        return [*folders, *(one for one in files if one["name"] not in names)], _text(root, "NextMarker") or None

    def _info(self, bucket: str, key: str) -> dict[str, Any]:
        said = self._client.ask(self._object(bucket, key)).headers
        if said.get("x-ms-meta-hdi_isfolder", "").lower() == "true":
            return _folder(f"{bucket}/{key}")
        if not said.get("content-length", "").isdigit():
            raise _no_storage()
        return _file(f"{bucket}/{key}", said["content-length"], said.get("content-encoding"))

    def _object(self, bucket: str, key: str) -> str:
        return self._signed(f"{self._base}/{quote(bucket, safe='')}/{quote(key, safe='/')}")

    def _signed(self, url: str) -> str:
        if not self._signature:
            return url
        return f"{url}{'&' if '?' in url else '?'}{self._signature}"

    def _xml(self, url: str) -> Any:
        from lxml import etree

        body = self._client.fetch(url, most=WEB_ANSWER_BYTES, accept="application/xml").body
        parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
        try:
            root = etree.fromstring(body, parser=parser)
        except (etree.LxmlError, ValueError) as error:
            raise _no_storage() from error
        if root.tag != "EnumerationResults":
            raise _no_storage()
        return root


def _text(element: Any, place: str) -> str:
    found = element.find(place)
    if found is None:
        return ""
    text = found.text or ""
    return unquote(text) if found.get("Encoded") == "true" else text


def _no_storage() -> DataError:
    return DataError("The storage does not answer as it should.", next_step="Check the address and the endpoint.")


def signature_of(place: "Where", secret: str, now: datetime | None = None) -> str:
    """Return a shared access signature: the one given, or one that an account's key makes for reading alone.

    Parameters
    ----------
    place : Where
        In Azure.
    secret : str
        A signature or a key.
    now : datetime, optional
        When it is made.

    Raises
    ------
    InputError
        It is neither.

    Notes
    -----
    "Create an account SAS" in Microsoft's reference of the REST interface of Azure Storage.
    """
    if "sig=" in secret:
        given = parse_qsl(secret.strip().partition("?")[2] if "?" in secret else secret.strip())
        return urlencode(given, quote_via=quote)
    try:
        key = base64.b64decode(secret, validate=True)
    except (binascii.Error, ValueError) as error:
        raise InputError("This is no key of a storage account.", next_step="Copy it again, whole.") from error
    end = f"{(now or datetime.now(UTC)) + timedelta(hours=SIGNED_HOURS):%Y-%m-%dT%H:%M:%SZ}"
    # Account, permissions, services, kinds of resources, start, end, addresses, protocols, version, encryption scope.
    said = "\n".join((place.account, "rl", "b", "sco", "", end, "", "", AZURE_VERSION, "", ""))
    mark = base64.b64encode(hmac.digest(key, said.encode(), hashlib.sha256)).decode()
    return urlencode(
        {"sv": AZURE_VERSION, "ss": "b", "srt": "sco", "sp": "rl", "se": end, "sig": mark}, quote_via=quote
    )

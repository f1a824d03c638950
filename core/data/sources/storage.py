"""Object storage: a place in it looked through, and one object brought, by the URL it has there."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any, Final, Literal

from core.data.options import ReadOptions
from core.data.sources.addresses import Place, parse
from core.data.sources.guarded import StatusError
from core.data.sources.look import begin_of
from core.data.sources.source import Acquired, Origin, Reach
from core.data.sources.wire import Watch
from core.errors import DataError, FairwayError, InputError, LimitError
from core.limits import MB, PREVIEW_WHOLE_BYTES, STORAGE_ENTRIES, WEB_BYTES, WEB_LOOK_SECONDS, WEB_SECONDS

Store = Literal["s3", "gs", "az"]
STORES: Final[dict[str, Store]] = {"s3": "s3", "gs": "gs", "gcs": "gs", "az": "az", "abfs": "az", "abfss": "az"}
CHUNK: Final = 4 * MB

_BUCKET = re.compile(r"(?!.*\.\.)[A-Za-z0-9$][A-Za-z0-9._-]{1,221}")
_ACCOUNT = re.compile(r"[a-z0-9]{3,24}")
_REGION = re.compile(r"[a-z0-9-]{2,40}")
_DENIED = re.compile(
    r"access_?denied|invalid_?access_?key|signature|permission_?denied|unauthenticated|authenticationfailed"
    r"|(status|response code:?|code) ?40[13]\b",
    re.I,
)
_ELSEWHERE = re.compile(r"PermanentRedirect|AuthorizationHeaderMalformed|response code:? 30[17]\b", re.I)
_MISSING = re.compile(r"no[_ ]?such|not_?\s?found|does not exist", re.I)


class ObjectOrigin(Origin):
    """An object in S3, Google Cloud Storage or Azure Blob Storage.

    Parameters
    ----------
    url : str
        Such as ``s3://bucket/folder/table.csv``, ``gs://…``, ``az://container/…``.
    key_id : str
        Of S3 the id of the access key, of Azure the account; the key itself, a token or a signature is the secret.
    anonymous : bool
        Whether to ask as nobody.
    region : str
        Of S3.
    endpoint : str
        Web address of a server that speaks the same language; empty is the provider's own.
    """

    kind: Literal["storage"] = "storage"
    url: str
    key_id: str = ""
    anonymous: bool = False
    region: str = ""
    endpoint: str = ""

    def words(self) -> str:
        """Say where the object lies."""
        return self.url

    @property
    def needs_secret(self) -> bool:
        """Whether it is asked for in somebody's name."""
        return not self.anonymous


@dataclass(frozen=True)
class Entry:
    """One thing in a place: an object, or a folder of them."""

    url: str
    name: str
    folder: bool
    size: int = 0


@dataclass(frozen=True)
class Where:
    """An origin taken apart and checked.

    Parameters
    ----------
    store : {"s3", "gs", "az"}
    bucket, key : str
        Empty where none is named.
    account : str
        Of Azure.
    region : str
    endpoint : Place or None
    """

    store: Store
    bucket: str
    key: str
    account: str
    region: str
    endpoint: Place | None

    @property
    def path(self) -> str:
        """Bucket and key, as the file system takes them."""
        return f"{self.bucket}/{self.key}".strip("/") if self.key else self.bucket


def where(origin: ObjectOrigin) -> Where:
    """Take an origin apart.

    Raises
    ------
    InputError
        It names no object storage, or writes a part of the address in a way that is not possible.
    """
    scheme, marks, rest = origin.url.strip().partition("://")
    if not marks or scheme.lower() not in STORES:
        raise InputError(
            "This is no address in object storage.",
            next_step="Write it as s3://bucket/table.csv, gs://bucket/table.csv or az://container/table.csv.",
        )
    store = STORES[scheme.lower()]
    bucket, _, key = rest.partition("/")
    account = origin.key_id.strip() if store == "az" else ""
    if store == "az" and "@" in bucket:
        bucket, _, host = bucket.partition("@")
        account = account or host.partition(".")[0]
    if "@" in bucket or (bucket and not _BUCKET.fullmatch(bucket)):
        raise InputError("This is no name of a bucket.", next_step="Check the address.")
    if re.search(r"[\x00-\x1f\x7f]", key) or len(key) > 1_024 or ".." in key.split("/"):
        raise InputError("This is no name of an object.", next_step="Check the address.")
    if store == "az" and not _ACCOUNT.fullmatch(account):
        raise InputError(
            "The storage account is missing, or not written as Azure writes it.",
            next_step="Name it: 3 to 24 small letters and digits.",
        )
    region = origin.region.strip() or "us-east-1"
    if not _REGION.fullmatch(region):
        raise InputError("This is no name of a region.", next_step="Write it as eu-central-1.")
    endpoint = parse(origin.endpoint) if origin.endpoint.strip() else None
    if endpoint is not None and endpoint.target != "/":
        raise InputError(
            "The endpoint holds more than a server.",
            next_step="Write it as https://storage.example.org, without a path.",
        )
    return Where(store, bucket, key, account, region, endpoint)


def browse(origin: ObjectOrigin, reach: Reach) -> list[Entry]:
    """List what lies at a place, folders first.

    Parameters
    ----------
    origin : ObjectOrigin
        Its URL names a bucket, or a folder in one; without a bucket the buckets are listed.
    reach : Reach

    Returns
    -------
    list of Entry
        At most ``STORAGE_ENTRIES``.

    Raises
    ------
    FairwayError
        There is no such place, or it may not be seen.
    """
    place = where(origin)
    with _opened(origin, place, reach, WEB_LOOK_SECONDS) as (system, _watch):
        found = system.ls(place.path, detail=True)
    scheme = origin.url.partition("://")[0]
    entries = []
    for one in found:
        path = str(one["name"]).strip("/")
        folder = one["type"] == "directory"
        if path != place.path:
            name = PurePosixPath(path).name
            entries.append(Entry(f"{scheme}://{path}{'/' if folder else ''}", name, folder, int(one["size"] or 0)))
    return sorted(entries, key=lambda one: (not one.folder, one.name))[:STORAGE_ENTRIES]


def acquire(origin: ObjectOrigin, reach: Reach) -> Acquired:
    """Bring an object.

    Parameters
    ----------
    origin : ObjectOrigin
    reach : Reach

    Returns
    -------
    Acquired
        The object as it is; for a look its beginning.

    Raises
    ------
    FairwayError
        It is not there, too large, or does not come whole; nothing is left then.
    """
    place = where(origin)
    if not place.bucket or not place.key.strip("/"):
        raise InputError("The address names no object.", next_step="Choose one in the bucket.")
    path = reach.folder / "object"
    try:
        with _opened(origin, place, reach, WEB_LOOK_SECONDS if reach.look else WEB_SECONDS) as (system, watch):
            said = system.info(place.path)
            size = int(said["size"] or 0)
            if said["type"] == "directory":
                raise DataError("At this address stands a folder, not an object.", next_step="Choose an object in it.")
            if size > WEB_BYTES:
                raise LimitError(
                    f"The object has {size / MB:,.0f} MB; Fairway takes at most {WEB_BYTES / MB:,.0f} MB from there.",
                    next_step="Bring a part of it, or a Parquet file, which is smaller.",
                )
            # Of one that the storage sends packed only the packed size is known.
            size = WEB_BYTES if said.get("packed") else size
            taken = min(size, PREVIEW_WHOLE_BYTES + 1) if reach.look else size
            written = 0
            with system.open(place.path, "rb") as source, path.open("wb") as file:
                while written < taken and (piece := source.read(min(CHUNK, taken - written))):
                    file.write(piece)
                    written += len(piece)
                    watch.check()
                    reach.report(min(0.99, written / taken), f"{written / 1_000_000:,.1f} MB read")
            if written != taken and not said.get("packed"):
                raise DataError("The transfer ended before all was there.", next_step="Nothing was kept; try again.")
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    whole = written < taken or taken == size
    if not whole:
        begin_of(path)
    return Acquired(path, PurePosixPath(place.key).name, ReadOptions(), whole=whole)


@contextmanager
def _opened(origin: ObjectOrigin, place: Where, reach: Reach, seconds: float) -> Iterator[tuple[Any, Watch]]:
    """Give the file system, and tell its faults in plain words."""
    from core.data.sources.storage_systems import system_for

    with Watch(seconds, reach.should_stop) as watch, system_for(origin, place, reach, watch) as (system, gate):
        try:
            yield system, watch
        except StatusError as error:
            raise _refusal(error) from error
        except FairwayError:
            raise
        except (OSError, ValueError) as error:
            watch.check()
            if gate is not None and gate.fault is not None:
                raise gate.fault from error
            raise _in_words(str(error), place) from error


def _refusal(error: StatusError) -> FairwayError:
    if error.status in (401, 403):
        return _denied()
    return _missing() if error.status == 404 else error


def _denied() -> DataError:
    return DataError(
        "The storage does not allow this, or does not know the key.", next_step="Check the key and what it may read."
    )


def _missing() -> DataError:
    return DataError("There is no such place in the storage.", next_step="Check the bucket and the name.")


def _in_words(said: str, place: Where) -> FairwayError:
    """Tell a fault of the storage; what the library wrote is read for its kind, and never shown."""
    if _DENIED.search(said):
        return _denied()
    if place.store == "s3" and _ELSEWHERE.search(said):
        return DataError("The bucket lies in another region.", next_step="Name its region.")
    if _MISSING.search(said):
        return _missing()
    return DataError(
        "The storage does not answer as it should.", next_step="Check the address, or try again in a while."
    )

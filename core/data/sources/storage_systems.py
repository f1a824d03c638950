"""The file systems of fsspec that reach object storage, opened with what the user gave and nothing of this machine."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from core.data.sources.guarded import Client, Headers
from core.data.sources.storage_gate import Gate
from core.data.sources.wire import Guard, Watch
from core.errors import InputError

if TYPE_CHECKING:
    from core.data.sources.source import Reach
    from core.data.sources.storage import ObjectOrigin, Where

_AWS = (".amazonaws.com", ".amazonaws.com.cn")


@contextmanager
def system_for(
    origin: "ObjectOrigin", place: "Where", reach: "Reach", watch: Watch
) -> Iterator[tuple[Any, Gate | None]]:
    """Open the storage of an origin.

    Yields
    ------
    system : AbstractFileSystem
        Of fsspec.
    gate : Gate or None
        What the connections of Arrow's client pass; ``None`` where the guarded client itself makes them.

    Raises
    ------
    InputError
        A key is missing. The server's own keys are never used in its place.
    """
    from fsspec.implementations.arrow import ArrowFSWrapper

    from core.data.sources.storage_web import AZURE_VERSION, GOOGLE, AzureStore, GoogleStore, signature_of

    if not origin.anonymous and not reach.secret:
        raise InputError("The key is missing.", next_step="Give it, or choose to ask without one.")
    if place.store == "s3":
        with _gate(place, reach, watch) as gate:
            yield ArrowFSWrapper(_s3(origin, place, reach, gate), skip_instance_cache=True), gate
        return
    if place.store == "gs":
        token = None if origin.anonymous else ("Authorization", f"Bearer {reach.secret}")
        with Client(reach, Headers(secret=token), seconds=watch.left) as client:
            yield GoogleStore(client, GOOGLE if place.endpoint is None else place.endpoint.url.rstrip("/")), None
        return
    signature = "" if origin.anonymous else signature_of(place, reach.secret)
    with Client(reach, Headers((("x-ms-version", AZURE_VERSION),)), seconds=watch.left) as client:
        yield AzureStore(client, _azure_base(place), signature), None


@contextmanager
def _gate(place: "Where", reach: "Reach", watch: Watch) -> Iterator[Gate]:
    endpoint = place.endpoint

    def allowed(host: str) -> bool:
        host = host.lower().rstrip(".")
        if endpoint is None:
            return host.endswith(_AWS)
        return host == endpoint.host or host == f"{place.bucket}.{endpoint.host}"

    with Gate(Guard(watch, bool(reach.private_network), follow=False), allowed) as gate:
        yield gate


def _s3(origin: "ObjectOrigin", place: "Where", reach: "Reach", gate: Gate) -> Any:
    from pyarrow.fs import AwsStandardS3RetryStrategy, S3FileSystem

    options: dict[str, Any] = {"anonymous": True}
    if not origin.anonymous:
        if not origin.key_id.strip():
            raise InputError("The id of the key is missing.", next_step="Give both the id and the key.")
        options = {"access_key": origin.key_id.strip(), "secret_key": reach.secret}
    if place.endpoint is not None:
        host = f"[{place.endpoint.host}]" if ":" in place.endpoint.host else place.endpoint.host
        options |= {"endpoint_override": f"{host}:{place.endpoint.port}", "scheme": place.endpoint.scheme}
    return S3FileSystem(
        **options,
        region=place.region,
        proxy_options=gate.options,
        retry_strategy=AwsStandardS3RetryStrategy(max_attempts=2),
        background_writes=False,
    )


def _azure_base(place: "Where") -> str:
    if place.endpoint is not None:
        return f"{place.endpoint.url.rstrip('/')}/{place.account}"
    return f"https://{place.account}.blob.core.windows.net"

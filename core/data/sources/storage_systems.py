"""Arrow's file systems behind fsspec's interface, each opened with what the user gave and nothing of this machine."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from core.data.sources.addresses import refused
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
        Of fsspec, over Arrow's.
    gate : Gate or None
        What its connections pass; ``None`` where they lead to the provider's own fixed hosts.

    Raises
    ------
    InputError
        A key is missing. The server's own keys are never used in its place.
    """
    from fsspec.implementations.arrow import ArrowFSWrapper

    if not origin.anonymous and not reach.secret:
        raise InputError("The key is missing.", next_step="Give it, or choose to ask without one.")
    if place.store == "s3":
        with _gate(place, reach, watch) as gate:
            yield ArrowFSWrapper(_s3(origin, place, reach, gate), skip_instance_cache=True), gate
        return
    if place.endpoint is not None and not reach.private_network:
        # Their clients take no proxy, so that an address of one's own could not be guarded.
        raise refused(place.endpoint.host)
    made = _gs(origin, place, reach) if place.store == "gs" else _az(origin, place, reach)
    yield ArrowFSWrapper(made, skip_instance_cache=True), None


@contextmanager
def _gate(place: "Where", reach: "Reach", watch: Watch) -> Iterator[Gate]:
    endpoint = place.endpoint

    def allowed(host: str) -> bool:
        host = host.lower().rstrip(".")
        if endpoint is None:
            return host.endswith(_AWS)
        return host == endpoint.host or host == f"{place.bucket}.{endpoint.host}"

    with Gate(Guard(watch, reach.private_network, follow=False), allowed) as gate:
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


def _gs(origin: "ObjectOrigin", place: "Where", reach: "Reach") -> Any:
    from pyarrow.fs import GcsFileSystem

    options: dict[str, Any] = {"anonymous": True}
    if not origin.anonymous:
        end = datetime.now(UTC) + timedelta(hours=1)
        options = {"access_token": reach.secret, "credential_token_expiration": end}
    if place.endpoint is not None:
        options |= {
            "endpoint_override": f"{place.endpoint.host}:{place.endpoint.port}",
            "scheme": place.endpoint.scheme,
        }
    return GcsFileSystem(**options, retry_time_limit=timedelta(seconds=15))


def _az(origin: "ObjectOrigin", place: "Where", reach: "Reach") -> Any:
    from pyarrow.fs import AzureFileSystem

    if origin.anonymous:
        raise InputError(
            "Azure is not asked without a key here.",
            next_step="Give the object's https address as a file at an address, or a key.",
        )
    signature = "sig=" in reach.secret
    options: dict[str, Any] = {"sas_token" if signature else "account_key": reach.secret}
    if place.endpoint is not None:
        host = f"{place.endpoint.host}:{place.endpoint.port}"
        options |= {"blob_storage_authority": host, "dfs_storage_authority": host}
        options |= dict.fromkeys(("blob_storage_scheme", "dfs_storage_scheme"), place.endpoint.scheme)
    return AzureFileSystem(place.account, **options)

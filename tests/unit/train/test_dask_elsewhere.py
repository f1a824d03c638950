"""Clusters that are not there, or are of another kind."""

import os
import re
import shutil
import socket
import subprocess
from contextlib import closing
from pathlib import Path

import pytest

from core.train import dask_runner
from core.train.cluster import start_runner
from core.train.dask_runner import ClusterGone, DaskRunner
from core.train.dask_worker import Greeting, versions_here
from core.train.runner import ChildRunner
from tests.daskcluster import cluster_in


@pytest.fixture(scope="module")
def bare(tmp_path_factory):
    """A scheduler whose one worker has no Fairway."""
    with cluster_in(tmp_path_factory.mktemp("bare")) as cluster:
        cluster.add_workers(1, fairway=False)
        yield cluster


def nowhere():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"tcp://127.0.0.1:{probe.getsockname()[1]}"


def test_where_nothing_answers_this_machine_fits_and_says_so(problem, monkeypatch):
    monkeypatch.setattr(dask_runner, "CONNECT_SECONDS", 0.3)
    address = nowhere()
    with closing(start_runner(problem, seed=7, threads=1, scheduler=address)) as runner:
        assert isinstance(runner._runner, ChildRunner)
        assert runner.where == (
            f"The Dask cluster at {address} cannot be reached. See that its scheduler runs, and that "
            "FAIRWAY_DASK_SCHEDULER holds its address. Fitted on this machine instead."
        )


@pytest.mark.parametrize("address", ["nonsense", "ftp://10.0.0.1:1", "tcp://127.0.0.1:notaport"])
def test_what_is_no_address_is_told_like_what_cannot_be_reached(problem, monkeypatch, address):
    monkeypatch.setattr(dask_runner, "CONNECT_SECONDS", 0.3)
    with pytest.raises(ClusterGone, match="cannot be reached"):
        DaskRunner(problem, seed=7, address=address)


def test_without_a_cluster_no_library_of_one_is_imported():
    core = Path(dask_runner.__file__).parents[1]
    paid = [
        path.name
        for path in core.rglob("*.py")
        if re.search("^(import|from) (dask|distributed)", path.read_text(), re.M)
    ]
    assert paid == []


def test_a_worker_that_is_just_gone_is_passed_over():
    class Gone:
        def run(self, function, on_error):
            return {"tcp://10.0.0.6:1": OSError("closed"), "tcp://10.0.0.7:1": Greeting(3, 2e9, versions_here())}

    met = dask_runner.meet(Gone(), "tcp://10.0.0.5:8786")
    assert {name: one.threads for name, one in met.items()} == {"tcp://10.0.0.7:1": 3}


def test_a_worker_without_fairway_is_named(bare, problem):
    with pytest.raises(ClusterGone, match=r"The worker tcp://127\.0\.0\.1:\d+ .* has no Fairway\. Start it where"):
        DaskRunner(problem, seed=7, address=bare.address)


@pytest.mark.skipif(shutil.which("openssl") is None and not os.environ.get("CI"), reason="openssl is not installed")
def test_certificates_are_dasks_own_configuration(problem, tmp_path):
    import dask

    key, certificate = str(tmp_path / "key.pem"), str(tmp_path / "certificate.pem")
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"),
            *("-keyout", key, "-out", certificate, "-days", "2", "-subj", "/CN=localhost"),
        ],
        check=True,
        capture_output=True,
    )
    files = ("--tls-ca-file", certificate, "--tls-cert", certificate, "--tls-key", key)
    client = {"ca-file": certificate, "client.cert": certificate, "client.key": key}
    with cluster_in(tmp_path, files) as cluster:
        assert cluster.address.startswith("tls://")
        with pytest.raises(ClusterGone, match="cannot be reached"):
            DaskRunner(problem, seed=7, address=cluster.address)
        with (
            dask.config.set({f"distributed.comm.tls.{name}": file for name, file in client.items()}),
            pytest.raises(ClusterGone, match="has no workers"),
        ):
            DaskRunner(problem, seed=7, address=cluster.address)

"""A real mosquitto on free ports of this machine, with one door open, one that asks for a password, one in TLS."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion

USER, PASSWORD = "reader", "s3cret pass"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def program(name: str) -> str | None:
    return shutil.which(name) or shutil.which(name, path="/usr/sbin:/usr/local/sbin")


@dataclass
class Broker:
    """A broker with three doors."""

    folder: Path
    port: int = field(default_factory=free_port)
    guarded: int = field(default_factory=free_port)
    tls: int = field(default_factory=free_port)
    authority: str = ""
    process: subprocess.Popen[bytes] | None = None

    def prepare(self) -> None:
        passwords = self.folder / "passwords"
        passwords.touch(mode=0o600)
        tool = program("mosquitto_passwd")
        assert tool is not None
        subprocess.run([tool, "-b", str(passwords), USER, PASSWORD], check=True, capture_output=True)
        (self.folder / "rights").write_text(f"user {USER}\ntopic read open/#\n")
        key, certificate = self.folder / "key.pem", self.folder / "certificate.pem"
        subprocess.run(
            [
                *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"),
                *("-keyout", str(key), "-out", str(certificate), "-days", "2"),
                *("-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"),
            ],
            check=True,
            capture_output=True,
        )
        self.authority = certificate.read_text()
        lines = ["per_listener_settings true", "persistence false", "log_dest none"]
        lines += ["user root"] if os.getuid() == 0 else []
        lines += [f"listener {self.port} 127.0.0.1", "allow_anonymous true"]
        lines += [f"listener {self.guarded} 127.0.0.1", f"password_file {passwords}", f"acl_file {self.folder}/rights"]
        lines += [f"listener {self.tls} 127.0.0.1", "allow_anonymous true", f"certfile {certificate}", f"keyfile {key}"]
        (self.folder / "mosquitto.conf").write_text("\n".join(lines) + "\n")

    def start(self) -> None:
        server = program("mosquitto")
        assert server is not None
        command = [server, "-c", str(self.folder / "mosquitto.conf")]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for _ in range(100):
            try:
                socket.create_connection(("127.0.0.1", self.tls), timeout=1).close()
                return
            except OSError:
                time.sleep(0.05)
        raise AssertionError("mosquitto did not start")

    def stop(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None


def installed() -> bool:
    return program("mosquitto") is not None and program("mosquitto_passwd") is not None


def started(folder: Path) -> Broker:
    """Start a broker, or say why a test is left out."""
    if not installed():
        if os.environ.get("CI"):
            raise AssertionError("mosquitto is not installed")
        pytest.skip("Left out: mosquitto is not installed on this machine")
    broker = Broker(folder)
    broker.prepare()
    broker.start()
    return broker


def publish(port: int, messages: Sequence[tuple[str, bytes | str]], *, retain: bool = False) -> None:
    """Publish messages in their order, and return once the broker has them."""
    client = Client(CallbackAPIVersion.VERSION2)
    client.connect("127.0.0.1", port)
    client.loop_start()
    try:
        for topic, payload in messages:
            client.publish(topic, payload, qos=1, retain=retain).wait_for_publish(10)
    finally:
        client.disconnect()
        client.loop_stop()

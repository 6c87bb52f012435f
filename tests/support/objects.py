"""Object stores for a test run: moto's S3 over a socket, Azurite, and s3rver, which ignores conditions."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.support.postgres import free_port, wait_for
from tests.support.tools import program

SECRET_KEY = "Canary-Objects-w8Tz"
AZURITE_KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
"""The account key that Azurite is known to have; it opens nothing else."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Objects:
    """A running object store: its address for the state, and the variables that lead to it."""

    address: str
    environ: Mapping[str, str] = field(repr=False)


def s3_variables(port: int, key: str = "practice", secret: str = SECRET_KEY) -> dict[str, str]:
    return {
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}",
        "AWS_ACCESS_KEY_ID": key,
        "AWS_SECRET_ACCESS_KEY": secret,
        "AWS_REGION": "us-east-1",
    }


@contextmanager
def moto() -> Iterator[Objects]:
    """S3 as moto plays it, in a process of its own."""
    port = free_port()
    with _running([sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)], port):
        environ = s3_variables(port)
        make_bucket("states", environ)
        yield Objects(address="s3://states", environ=environ)


@contextmanager
def s3rver(folder: Path) -> Iterator[Objects]:
    """An S3 that takes every condition for true."""
    port = free_port()
    arguments = ["-d", str(folder), "-a", "127.0.0.1", "-p", str(port), "--configure-bucket", "states"]
    with _running([program("s3rver"), *arguments], port):
        yield Objects(address="s3://states", environ=s3_variables(port, "S3RVER", "S3RVER"))


@contextmanager
def azurite(folder: Path) -> Iterator[Objects]:
    """Azure Blob Storage as Azurite plays it."""

    port = free_port()
    arguments = ["--blobHost", "127.0.0.1", "--blobPort", str(port), "-l", str(folder), "--silent"]
    with _running([program("azurite-blob"), *arguments, "--skipApiVersionCheck"], port):
        environ = {
            "AZURE_STORAGE_ACCOUNT_NAME": "devstoreaccount1",
            "AZURE_STORAGE_ACCOUNT_KEY": AZURITE_KEY,
            "AZURE_STORAGE_ENDPOINT": f"http://127.0.0.1:{port}/devstoreaccount1",
        }
        make_container("states", port)
        yield Objects(address="az://states", environ=environ)


def make_bucket(name: str, environ: Mapping[str, str]) -> None:
    with _client(environ) as client:
        client.create_bucket(Bucket=name)


def versioned(store: Objects) -> str:
    """The address of a bucket that keeps every version of its objects."""
    with _client(store.environ) as client:
        client.create_bucket(Bucket="versions")
        client.put_bucket_versioning(Bucket="versions", VersioningConfiguration={"Status": "Enabled"})
    return "s3://versions"


@contextmanager
def _client(environ: Mapping[str, str]) -> Iterator[Any]:
    import boto3

    client = boto3.client(
        "s3",
        endpoint_url=environ["AWS_ENDPOINT_URL"],
        aws_access_key_id=environ["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=environ["AWS_SECRET_ACCESS_KEY"],
        region_name="us-east-1",
    )
    try:
        yield client
    finally:
        client.close()


def make_container(name: str, port: int) -> None:
    """Make a container as Azure's own tools do, with a request that the account key signs."""
    import base64
    import hashlib
    import hmac
    from email.utils import formatdate

    import httpx

    date = formatdate(usegmt=True)
    resource = f"/devstoreaccount1/devstoreaccount1/{name}\nrestype:container"
    signed = f"PUT\n\n\n\n\n\n\n\n\n\n\n\nx-ms-date:{date}\nx-ms-version:2021-08-06\n{resource}"
    digest = hmac.new(base64.b64decode(AZURITE_KEY), signed.encode(), hashlib.sha256).digest()
    answer = httpx.put(
        f"http://127.0.0.1:{port}/devstoreaccount1/{name}?restype=container",
        headers={
            "x-ms-date": date,
            "x-ms-version": "2021-08-06",
            "Authorization": f"SharedKey devstoreaccount1:{base64.b64encode(digest).decode()}",
        },
    )
    assert answer.status_code == 201, answer.text


@contextmanager
def _running(arguments: list[str], port: int) -> Iterator[None]:
    with subprocess.Popen(
        arguments, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env={**os.environ, "NO_COLOR": "1"}
    ) as process:
        try:
            wait_for(port, process)
            yield
        finally:
            process.kill()

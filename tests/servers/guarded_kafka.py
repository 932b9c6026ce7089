"""A broker that lets in only whom it knows: two listeners with TLS, users with passwords, rights by topic."""

from pathlib import Path
from typing import Final

import trustme
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from tests.servers.kafka import Kafka

USER: Final = "erapaiva"
PASSWORD: Final = "correct horse battery"
_SCRAM: Final = "org.apache.kafka.common.security.scram.ScramLoginModule required;"
_PLAIN: Final = f'org.apache.kafka.common.security.plain.PlainLoginModule required user_{USER}="{PASSWORD}";'


class Certificates:
    """An authority and what it vouches for, as PEM files in a folder."""

    def __init__(self, folder: Path) -> None:
        authority = trustme.CA()
        self.ca = folder / "ca.pem"
        authority.cert_pem.write_to_path(self.ca)
        self.broker = self._issued(authority.issue_cert("127.0.0.1"), folder / "broker.pem")
        self.client = self._issued(authority.issue_cert("erapaiva@kuura.example"), folder / "client.pem")

    def _issued(self, certificate: trustme.LeafCert, path: Path) -> Path:
        """Key and certificate in one file; Java reads keys as PKCS 8 only."""
        key = load_pem_private_key(certificate.private_key_pem.bytes(), None)
        pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        path.write_bytes(pem + b"".join(blob.bytes() for blob in certificate.cert_chain_pems))
        return path


def guarded_kafka(certificates: Certificates) -> Kafka:
    """Not started yet. LOGIN asks for user and password, CERTIFIED for a certificate; the open listener allows all."""
    return Kafka(
        listeners={"LOGIN": "SASL_SSL", "CERTIFIED": "SSL"},
        users={USER: PASSWORD},
        properties={
            "ssl.keystore.type": "PEM",
            "ssl.keystore.location": str(certificates.broker),
            "ssl.truststore.type": "PEM",
            "ssl.truststore.location": str(certificates.ca),
            "listener.name.certified.ssl.client.auth": "required",
            "listener.name.login.sasl.enabled.mechanisms": "SCRAM-SHA-256,SCRAM-SHA-512,PLAIN",
            "listener.name.login.scram-sha-256.sasl.jaas.config": _SCRAM,
            "listener.name.login.scram-sha-512.sasl.jaas.config": _SCRAM,
            "listener.name.login.plain.sasl.jaas.config": _PLAIN,
            "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
            "super.users": "User:ANONYMOUS",
        },
    )

# SPDX-License-Identifier: LGPL-3.0-or-later
"""Who the stand-in shop is, for a client that speaks nothing but HTTPS: a key, and a certificate it signed itself."""

from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from dev.server import HOST

DAYS = 7
# Where `requests` looks for the certificates it trusts, in this process and in those it starts.
TRUSTED = "REQUESTS_CA_BUNDLE"


def write(file: Path, host: str = HOST) -> Path:
    """Write a new key and its certificate for a host, an address or a name, both in one PEM file, and return it."""
    try:
        certified = x509.IPAddress(ip_address(host))
    except ValueError:
        certified = x509.DNSName(host)
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "stand-in shop")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=DAYS))
        .add_extension(x509.SubjectAlternativeName([certified]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file.touch(mode=0o600)
    file.write_bytes(private + certificate.public_bytes(serialization.Encoding.PEM))
    return file

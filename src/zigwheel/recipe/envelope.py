"""Signed statements: DSSE v1 envelopes, as in-toto and SLSA use them. Signing is `zigwheel[sign]`'s.

Source: "DSSE: Dead Simple Signing Envelope", protocol and envelope, version 1.0.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from zigwheel.errors import RecipeError
from zigwheel.recipe.reading import MOST_BYTES, load, root

if TYPE_CHECKING:
    from securesystemslib.dsse import Envelope
    from securesystemslib.signer._key import SSlibKey

INSTALL = "pip install 'zigwheel[sign]'"


def sealed(payload: bytes, payload_type: str, key: Path) -> str:
    """The text of an envelope around `payload`, signed with the private key (PEM, PKCS#8) in a file.

    Raises `RecipeError` for a key that cannot be read, and where `zigwheel[sign]` is not installed.
    """
    try:
        from cryptography.hazmat.primitives.serialization import load_pem_private_key
        from securesystemslib.dsse import Envelope
        from securesystemslib.signer._crypto_signer import CryptoSigner
    except ImportError as error:
        raise RecipeError(f"signing needs {error.name!r}", hint=INSTALL) from error
    try:
        private = load_pem_private_key(key.read_bytes(), password=None)
        signer = CryptoSigner(private)  # type: ignore[arg-type,unused-ignore]
    except (OSError, ValueError, TypeError) as error:
        raise RecipeError(
            f"{str(key)!r} is no private key that can sign: {error}",
            hint="name a PEM file (PKCS#8, without a password) of an Ed25519, ECDSA or RSA key, as "
            "`openssl genpkey -algorithm ed25519` writes it",
        ) from error
    envelope = Envelope(payload=payload, payload_type=payload_type, signatures={})
    envelope.sign(signer)
    return json.dumps(envelope.to_dict(), indent=1) + "\n"


def opened(
    data: bytes, place: str, payload_type: str, keys: Sequence[Path], *, unsigned: str
) -> tuple[object, str]:
    """What JSON holds, bare or in an envelope, and the id of the one of `keys` that has signed it.

    Raises `RecipeError`; where there are keys and no envelope, with the hint `unsigned`.
    """
    table = load(data, place)
    if isinstance(table, dict) and "payload" in table:
        payload, signers = unsealed(table, place, payload_type, keys)
        return load(payload, f"the payload of {place}"), signers[0] if signers else ""
    if keys:
        raise RecipeError(f"{place} is not signed, and --key asks for a signature", hint=unsigned)
    return table, ""


def unsealed(
    table: Mapping[str, Any], place: str, payload_type: str, keys: Sequence[Path]
) -> tuple[bytes, tuple[str, ...]]:
    """What an envelope holds, and the ids of those of the public `keys` that have signed it.

    Without keys, no signature is looked at. Raises `RecipeError` for what is no envelope of that type,
    and where there are keys, and none of them has signed it.
    """
    node = root(table, place)
    node.at("payloadType").expect(payload_type)
    text = node.at("payload").text(most=2 * MOST_BYTES)
    for one in node.at("signatures").items():
        one.at("sig").text()
        if one.at("keyid").value is not None:
            one.at("keyid").text()
    node.problems.tell()
    try:
        payload = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise RecipeError(f"{place}: `payload` is no base64: {error}") from error
    if not keys:
        return payload, ()
    signers = signed_by(table, payload, payload_type, keys, place)
    if not signers:
        raise RecipeError(
            f"{place}: `signatures` has none by {' or '.join(repr(str(key)) for key in keys)} "
            "that fits its payload",
            hint="it was changed after it was signed, or somebody else has signed it",
        )
    return payload, signers


def signed_by(
    table: Mapping[str, Any], payload: bytes, payload_type: str, keys: Sequence[Path], place: str
) -> tuple[str, ...]:
    """The ids of the keys whose signatures are there and right."""
    try:
        from securesystemslib.dsse import Envelope
        from securesystemslib.exceptions import VerificationError
    except ImportError as error:
        raise RecipeError(f"checking a signature needs {error.name!r}", hint=INSTALL) from error
    signatures = [{"keyid": "", **one} for one in table["signatures"]]
    found = []
    for file in keys:
        key = public_key(file)
        # An envelope need not say whose its signatures are: each is tried with this key.
        for one in signatures:
            envelope: Envelope = Envelope.from_dict(
                {
                    "payload": table["payload"],
                    "payloadType": payload_type,
                    "signatures": [{**one, "keyid": key.keyid}],
                }
            )
            try:
                envelope.verify([key], 1)
            except VerificationError:
                continue
            found.append(key.keyid)
            break
    return tuple(dict.fromkeys(found))


def public_key(file: Path) -> SSlibKey:
    """A public key (PEM) in a file. Raises `RecipeError`."""
    try:
        from cryptography.hazmat.primitives.serialization import load_pem_public_key
        from securesystemslib.signer._key import SSlibKey
    except ImportError as error:
        raise RecipeError(f"checking a signature needs {error.name!r}", hint=INSTALL) from error
    try:
        return SSlibKey.from_crypto(load_pem_public_key(file.read_bytes()))  # type: ignore[arg-type,unused-ignore]
    except (OSError, ValueError, TypeError) as error:
        raise RecipeError(
            f"{str(file)!r} is no public key: {error}",
            hint="name a PEM file, as `openssl pkey -pubout` writes it",
        ) from error

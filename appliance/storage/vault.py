"""A secret sealed under the storage hierarchy of a TPM (TCG TPM 2.0 Library, Part 1, 23.6; Part 3, 12 and 24.1).

The parent is a primary key: the TPM derives it anew from its seed each time, so nothing is kept in its few slots. The
secret crosses the bus to a separate chip encrypted, under a session salted with the parent (Part 1, 21): a listener on
the wires does not see it; somebody who takes the chip's place on the wires does.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from appliance.tpm import Tpm


class Vault:
    """One conversation, over after `put` or `get`."""

    def __init__(self, path: Path) -> None:
        self._tpm = Tpm(path)
        self._held: list[Any] = []

    def put(self, secret: bytes) -> tuple[bytes, bytes]:
        """TPM2_Create: the public and the private area of a sealed data object."""
        types, api = self._tpm.types, self._tpm.api
        try:
            with self._tpm.said():
                parent, session = self._parent()
                data = types.TPM2B_SENSITIVE_DATA(secret)
                wanted = types.TPM2B_SENSITIVE_CREATE(types.TPMS_SENSITIVE_CREATE(data=data))
                private, public, *_ = api.create(parent, wanted, _sealed_object(types), session1=session)
                return public.marshal(), private.marshal()
        finally:
            self._close()

    def get(self, public: bytes, private: bytes) -> bytes:
        """TPM2_Load, TPM2_Unseal."""
        types, api = self._tpm.types, self._tpm.api
        try:
            with self._tpm.said():
                parent, session = self._parent()
                outer, _ = types.TPM2B_PUBLIC.unmarshal(public)
                inner, _ = types.TPM2B_PRIVATE.unmarshal(private)
                found = api.load(parent, inner, outer)
                self._held.append(found)
                return bytes(api.unseal(found, session1=session))
        finally:
            self._close()

    def _parent(self) -> tuple[Any, Any]:
        """The primary key of the storage hierarchy, and a session salted with it that encrypts what crosses the bus."""
        types, api = self._tpm.types, self._tpm.api
        parent = api.create_primary(types.TPM2B_SENSITIVE_CREATE(), parent_object(types), types.ESYS_TR.OWNER)[0]
        self._held.append(parent)
        aes = types.TPMT_SYM_DEF(
            algorithm=types.TPM2_ALG.AES,
            keyBits=types.TPMU_SYM_KEY_BITS(aes=128),
            mode=types.TPMU_SYM_MODE(aes=types.TPM2_ALG.CFB),
        )
        none = types.ESYS_TR.NONE
        session = api.start_auth_session(parent, none, types.TPM2_SE.HMAC, aes, types.TPM2_ALG.SHA256)
        self._held.append(session)
        bits = types.TPMA_SESSION
        api.trsess_set_attributes(session, bits.ENCRYPT | bits.DECRYPT | bits.CONTINUESESSION)
        return parent, session

    def _close(self) -> None:
        """A TPM has room for three objects; what cannot be flushed is gone with the connection or the next restart."""
        try:
            for held in reversed(self._held):
                self._tpm.api.flush_context(held)
        except self._tpm.types.TSS2_Exception:
            return
        finally:
            self._tpm.close()


def parent_object(types: Any) -> Any:  # noqa: ANN401
    """Spelled out to the last bit: another template would be another key, and no blob of before would open."""
    bits = types.TPMA_OBJECT
    fixed = bits.FIXEDTPM | bits.FIXEDPARENT | bits.SENSITIVEDATAORIGIN | bits.USERWITHAUTH | bits.NODA
    curve = types.TPMS_ECC_PARMS(
        symmetric=types.TPMT_SYM_DEF_OBJECT(
            algorithm=types.TPM2_ALG.AES,
            keyBits=types.TPMU_SYM_KEY_BITS(aes=128),
            mode=types.TPMU_SYM_MODE(aes=types.TPM2_ALG.CFB),
        ),
        scheme=types.TPMT_ECC_SCHEME(scheme=types.TPM2_ALG.NULL),
        curveID=types.TPM2_ECC.NIST_P256,
        kdf=types.TPMT_KDF_SCHEME(scheme=types.TPM2_ALG.NULL),
    )
    return types.TPM2B_PUBLIC(
        publicArea=types.TPMT_PUBLIC(
            type=types.TPM2_ALG.ECC,
            nameAlg=types.TPM2_ALG.SHA256,
            objectAttributes=fixed | bits.RESTRICTED | bits.DECRYPT,
            parameters=types.TPMU_PUBLIC_PARMS(eccDetail=curve),
        )
    )


def _sealed_object(types: Any) -> Any:  # noqa: ANN401
    """No PCR policy: see DESIGN.md, section Keys."""
    bits = types.TPMA_OBJECT
    none = types.TPMT_KEYEDHASH_SCHEME(scheme=types.TPM2_ALG.NULL)
    return types.TPM2B_PUBLIC(
        publicArea=types.TPMT_PUBLIC(
            type=types.TPM2_ALG.KEYEDHASH,
            nameAlg=types.TPM2_ALG.SHA256,
            objectAttributes=bits.FIXEDTPM | bits.FIXEDPARENT | bits.USERWITHAUTH | bits.NODA,
            parameters=types.TPMU_PUBLIC_PARMS(keyedHashDetail=types.TPMS_KEYEDHASH_PARMS(scheme=none)),
        )
    )

"""The counter that only goes up, in a simulated TPM 2.0: made, read, advanced, kept, lost; each loss in a sentence."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from appliance.drivers.options import BadOptionError
from appliance.drivers.table import make
from appliance.drivers.witness.none import NoWitness
from appliance.drivers.witness.tpm import FIRST, TpmWitness
from appliance.ports import Lost, Witness
from appliance.storage.seal import TpmSealer
from appliance.tpm import Tpm
from tests.drivers.loop import TestLoop, VirtualClock
from tests.drivers.swtpm import SoftTpm, soft_tpm

LOOP = TestLoop(VirtualClock())
INDEX = 0x01805CEA


@pytest.fixture
def tpm() -> Iterator[SoftTpm]:
    with soft_tpm() as found:
        yield found


def witness(path: Path, **options: object) -> TpmWitness:
    made = make("witness", "tpm", {"path": str(path), **options}, LOOP)
    assert isinstance(made, TpmWitness)
    return made


@contextmanager
def opened(path: Path, **options: object) -> Iterator[TpmWitness]:
    found = witness(path, **options)
    found.open()
    try:
        yield found
    finally:
        found.close()


@contextmanager
def owner(tpm: SoftTpm) -> Iterator[Tpm]:
    """Somebody with the owner's rights at work on the TPM."""
    connection = Tpm(tpm.path)
    try:
        yield connection
    finally:
        connection.close()


def define(tpm: SoftTpm, kind: str, size: int, password: bytes = b"") -> None:
    """An index of another kind, or with a password, where the witness wants its counter."""
    with owner(tpm) as it:
        bits, types = it.types.TPMA_NV, it.types
        may = bits.AUTHREAD | bits.AUTHWRITE | bits.NO_DA
        area = types.TPMS_NV_PUBLIC(
            nvIndex=INDEX,
            nameAlg=types.TPM2_ALG.SHA256,
            attributes=may | getattr(types.TPM2_NT, kind) << bits.TPM2_NT_SHIFT,
            dataSize=size,
        )
        it.api.nv_define_space(password or None, types.TPM2B_NV_PUBLIC(nvPublic=area))


def undefine(tpm: SoftTpm) -> None:
    with owner(tpm) as it:
        it.api.nv_undefine_space(it.api.tr_from_tpmpublic(INDEX))


def clear(tpm: SoftTpm) -> None:
    """TPM2_Clear, as a firmware's setup does it."""
    with owner(tpm) as it:
        it.api.clear(it.types.ESYS_TR.LOCKOUT)


def test_no_witness() -> None:
    """Class C says so and never pretends."""
    none: Witness = make("witness", "none", {}, LOOP)
    none.open()

    assert isinstance(none, NoWitness)
    assert (none.letter, none.read(), none.advance(), none.read()) == ("C", 0, 0, 0)
    none.close()


def test_counts_up_one_by_one(tpm: SoftTpm) -> None:
    """Made at the first opening, then one more each time: the next value is known before the step."""
    with opened(tpm.path) as it:
        seen: Witness = it
        first = [it.read(), it.advance(), it.read(), it.advance(), it.advance(), it.read()]

    assert seen.letter == "A"
    assert first == [1, 2, 2, 3, 4, 4]


def test_nothing_of_the_till_is_in_it(tpm: SoftTpm) -> None:
    """A counter of eight bytes; the owner may not write a value into it, because no command could."""
    with opened(tpm.path) as it:
        it.advance()
    with owner(tpm) as on:
        index = on.api.tr_from_tpmpublic(INDEX)
        public, _ = on.api.nv_read_public(index)
        with pytest.raises(on.types.TSS2_Exception, match="attributes"):
            on.api.nv_write(index, bytes(8), 0, auth_handle=index)

    assert public.nvPublic.attributes.nt == on.types.TPM2_NT.COUNTER
    assert public.nvPublic.dataSize == 8
    assert not public.nvPublic.attributes & on.types.TPMA_NV.ORDERLY  # it would lose counts at a power cut


def test_survives_restarts_and_cuts(tpm: SoftTpm) -> None:
    """Killed without a word after each step, the TPM still holds the last value it told."""
    told = []
    for _ in range(4):
        with opened(tpm.path) as it:
            told.append((it.read(), it.advance()))
        tpm.restart()

    assert told == [(1, 2), (2, 3), (3, 4), (4, 5)]


def test_two_tills_two_counters(tpm: SoftTpm) -> None:
    """On one machine each has its index; one's steps are not the other's."""
    with opened(tpm.path) as one:
        one.advance()
        one.advance()
        last = one.read()
    with opened(tpm.path, index=FIRST) as other:
        other.advance()
    with opened(tpm.path) as one:
        assert one.read() == last


def test_it_shares_the_tpm(tpm: SoftTpm) -> None:
    """While the witness is open the key is sealed and opened, and another program looks at the TPM."""
    with opened(tpm.path) as it:
        last = it.advance()
        sealer = TpmSealer(tpm.path)
        assert sealer.open(sealer.seal(b"key")) == b"key"
        with owner(tpm) as on:
            on.api.get_random(8)
        assert it.advance() == last + 1


def test_removed_and_made_again_it_starts_higher(tpm: SoftTpm) -> None:
    """So that nobody can replay the counts that a journal put back still has before it."""
    with opened(tpm.path) as it:
        last = [it.advance() for _ in range(5)][-1]
    undefine(tpm)
    with opened(tpm.path) as it:
        again = it.read(), it.advance()

    assert again[0] > last
    assert again[1] == again[0] + 1


def test_cleared_under_a_running_till(tpm: SoftTpm) -> None:
    """The open witness says what happened; opened anew it makes a counter beyond every value of the old one."""
    with opened(tpm.path) as it:
        last = it.advance()
        clear(tpm)
        with pytest.raises(Lost, match=r"no longer has the counter 0x1805cea: it was cleared\. Restart the till"):
            it.read()
        with pytest.raises(Lost, match="it was cleared"):
            it.advance()
    with opened(tpm.path) as it:
        assert it.read() > last
        assert it.advance() == it.read()


def test_cut_between_making_and_beginning(tpm: SoftTpm) -> None:
    """A counter that is there without a value gets it at the next opening."""
    define(tpm, "COUNTER", 8)
    with opened(tpm.path) as it:
        assert it.advance() == 2


def test_another_tpm(tpm: SoftTpm) -> None:
    """A replaced board stands below what the journal remembers."""
    with opened(tpm.path) as it:
        last = [it.advance() for _ in range(3)][-1]
    tpm.replace()
    with opened(tpm.path) as it:
        assert it.read() < last


def test_vanishes_in_the_middle(tpm: SoftTpm) -> None:
    """Every call says Lost, closing is quiet, and after the TPM is back so is the counter."""
    it = witness(tpm.path)
    it.open()
    last = it.advance()
    tpm.kill()
    for call in (it.read, it.advance, it.read):
        with pytest.raises(Lost, match=r"does not answer .*: restart the machine\.$"):
            call()
    it.close()
    it.close()
    with pytest.raises(Lost, match="not open"):
        it.read()
    with pytest.raises(Lost):
        it.open()
    tpm.start()
    it.open()

    assert it.read() == last
    it.close()


@pytest.mark.parametrize(("kind", "size"), [("ORDINARY", 8), ("BITS", 8), ("EXTEND", 32)])
def test_an_index_of_another_kind(tpm: SoftTpm, kind: str, size: int) -> None:
    """It is somebody else's: it is neither used nor removed."""
    define(tpm, kind, size)
    it = witness(tpm.path)
    with pytest.raises(Lost, match="no counter: something else uses it, so give the witness another index"):
        it.open()
    it.close()
    with owner(tpm) as on:
        public, _ = on.api.nv_read_public(on.api.tr_from_tpmpublic(INDEX))

    assert public.nvPublic.dataSize == size


def test_a_counter_with_a_password(tpm: SoftTpm) -> None:
    """Not ours either."""
    define(tpm, "COUNTER", 8, b"secret")
    with pytest.raises(Lost, match="password"):
        witness(tpm.path).open()


def test_an_owner_with_a_password(tpm: SoftTpm) -> None:
    """No counter can be made; the sentence says what to do."""
    with owner(tpm) as on:
        on.api.hierarchy_change_auth(on.types.ESYS_TR.OWNER, b"secret")
    with pytest.raises(Lost, match="its owner has a password: take the password away"):
        witness(tpm.path).open()


def test_no_tpm(tmp_path: Path) -> None:
    with pytest.raises(Lost, match=r"^There is no TPM at .*none \(No such file.*: switch it on in the firmware"):
        witness(tmp_path / "none").open()


def test_no_device(tmp_path: Path) -> None:
    """A file that is no TPM does not answer as one."""
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(Lost, match="does not answer"), opened(tmp_path / "file") as it:
        it.read()


@pytest.mark.parametrize("index", [0x01C00002, 0x01000000, 0, 0x01C00000])
def test_index_outside_the_free_range(index: int) -> None:
    """Certificates of the maker live beyond it."""
    with pytest.raises(BadOptionError, match="must lie between 0x1800000 and 0x1bfffff"):
        make("witness", "tpm", {"index": index}, LOOP)


def test_the_library_is_loaded_by_who_opens_a_tpm() -> None:
    """Importing the driver, the sealer and the table costs nothing where no TPM is configured."""
    code = (
        "import sys; from appliance.drivers.table import make; import appliance.drivers.witness.tpm;"
        "from appliance.storage.seal import sealer_for; from pathlib import Path;"
        "sealer_for(Path('/nowhere')).seal(b'x');"
        "print([m for m in ('tpm2_pytss', 'cryptography') if m in sys.modules])"
    )
    environment = {**os.environ, "PYTHONPATH": str(Path.cwd())}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment)

    assert done.stdout.strip() == "[]", done.stderr

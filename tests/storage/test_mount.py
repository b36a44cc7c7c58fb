"""Mount tables of real machines, each wrong option named with its cost, and a line that is none survived."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.storage.mount import GOOD, Mount, faults, holding, judge, on_fat, parse

BOARD = r"""21 26 0:20 / /sys rw,nosuid,nodev,noexec,relatime shared:7 - sysfs sysfs rw
22 26 0:21 / /proc rw,nosuid,nodev,noexec,relatime shared:13 - proc proc rw
26 1 179:2 / / ro,relatime shared:1 - ext4 /dev/mmcblk0p2 ro
31 26 0:26 / /run rw,nosuid,nodev shared:5 - tmpfs tmpfs rw,size=188716k,mode=755
48 26 179:4 / /var/lib/sceau rw,noatime shared:29 - ext4 /dev/mmcblk0p4 rw,errors=remount-ro,commit=3600
49 26 179:4 /old /mnt/old rw,noatime shared:29 - ext4 /dev/mmcblk0p4 rw,errors=remount-ro,commit=3600
55 26 8:1 / /media/cle\040USB rw,relatime shared:31 master:2 - vfat /dev/sda1 rw,fmask=0022
"""
HOME = Path("/var/lib/sceau")
ROOT = "179:2"


def mount(options: str = GOOD, kind: str = "ext4", *, device: str = "179:4", inside: str = "/") -> Mount:
    """The data partition, mounted with `options`; those of the mount itself before those of the file system."""
    own = [word for word in options.split(",") if word in ("ro", "rw", "noatime", "relatime", "strictatime")]
    rest = [word for word in options.split(",") if word not in own]
    line = f"48 26 {device} {inside} {HOME} {','.join(own or ['rw'])} - {kind} /dev/mmcblk0p4 {','.join(rest) or 'rw'}"
    return parse(line)[0]


def codes(found: Mount, block: int = 4096) -> list[str]:
    return [sentence.code for sentence in judge(found, block, ROOT)]


def text(found: Mount, block: int = 4096) -> str:
    (sentence,) = judge(found, block, ROOT)
    return sentence.text


def test_reads_a_board() -> None:
    mounts = parse(BOARD)
    data = holding(HOME / "journal", mounts)

    assert len(mounts) == 7
    assert data is not None
    assert (data.device, data.inside, data.kind, data.source) == ("179:4", "/", "ext4", "/dev/mmcblk0p4")
    assert dict(data.options) == {"rw": "", "noatime": "", "errors": "remount-ro", "commit": "3600"}
    assert mounts[-1].point == Path("/media/clé USB".replace("é", "e"))
    assert judge(data, 4096, ROOT) == []


@pytest.mark.parametrize(
    ("path", "point"),
    [
        ("/var/lib/sceau", "/var/lib/sceau"),
        ("/var/lib/sceau-2", "/"),
        ("/var/lib", "/"),
        ("/", "/"),
        ("/run/x", "/run"),
        ("/media/cle USB/a", "/media/cle USB"),
    ],
)
def test_finds_the_mount(path: str, point: str) -> None:
    found = holding(Path(path), parse(BOARD))

    assert found is not None
    assert found.point == Path(point)


def test_of_two_at_one_place_the_last() -> None:
    again = BOARD + "60 48 0:44 / /var/lib/sceau rw,relatime - tmpfs tmpfs rw\n"
    found = holding(HOME, parse(again))

    assert found is not None
    assert found.kind == "tmpfs"


@pytest.mark.parametrize(
    ("options", "code", "says"),
    [
        (
            "noatime,errors=remount-ro",
            "commit",
            "commit=5: 12.8 KB and 3 flushes an act in place of 0.5 KB and 1",
        ),
        ("noatime,commit=30,errors=remount-ro", "commit", "commit=30: 12.8 KB and 3 flushes"),
        (
            "noatime,commit=600,errors=remount-ro",
            "commit",
            "12 KB more in each interval; mount with commit=3600",
        ),
        ("relatime,commit=3600,errors=remount-ro", "atime", "relatime: the first reading after a write costs 12 KB"),
        ("strictatime,commit=3600,errors=remount-ro", "atime", "strictatime: "),
        ("rw,commit=3600,errors=remount-ro", "atime", "atime: "),
        (
            "noatime,commit=3600",
            "errors",
            "errors=continue: goes on writing on a damaged file system",
        ),
        ("noatime,commit=3600,errors=continue", "errors", "errors=continue: goes on"),
        ("noatime,commit=3600,errors=panic", "errors", "errors=panic: stops the machine"),
        (f"{GOOD},data=journal", "data", "data=journal: everything is written twice"),
        (f"{GOOD},nobarrier", "barrier", "a cut loses paid sales"),
        (f"{GOOD},barrier=0", "barrier", "a cut loses paid sales"),
        (f"ro,{GOOD}", "ro", "it is read-only: nothing can be sold"),
    ],
)
def test_each_wrong_option_alone(options: str, code: str, says: str) -> None:
    found = mount(options)

    assert codes(found) == [code]
    assert says in text(found)


@pytest.mark.parametrize("more", ["commit=7200", "data=ordered", "barrier", "barrier=1", "discard", "stripe=0"])
def test_what_is_well(more: str) -> None:
    assert codes(mount(f"{GOOD},{more}")) == []


def test_a_file_system_that_became_read_only() -> None:
    """After an error ext4 says so in its own options, while the mount still says rw."""
    line = f"48 26 179:4 / {HOME} rw,noatime - ext4 /dev/mmcblk0p4 ro,commit=3600,errors=remount-ro"

    assert codes(parse(line)[0]) == ["ro"]


def test_everything_wrong_is_named_at_once() -> None:
    found = mount("relatime", device=ROOT)

    assert codes(found, 1024) == ["partition", "block", "atime", "commit", "errors"]


def test_partitions_that_are_not_its_own() -> None:
    """A folder of the root's, and one of another partition bound to its place."""
    assert codes(mount(device=ROOT)) == ["partition"]
    assert "give it one, mounted with noatime,commit=3600,errors=remount-ro" in text(mount(device=ROOT))
    assert codes(mount(inside="/elsewhere/sceau")) == ["partition"]


@pytest.mark.parametrize(
    ("kind", "says"),
    [
        ("tmpfs", "all is gone with the power"),
        ("vfat", "it is on vfat: what a power cut"),
        ("f2fs", "f2fs"),
        ("overlay", "o"),
    ],
)
def test_other_file_systems(kind: str, says: str) -> None:
    """Their options are not judged: nothing was measured there."""
    found = mount("rw,relatime", kind)

    assert codes(found) == ["kind"]
    assert says in text(found)


def proc(root: Path, mounts: str, options: str | None) -> Path:
    """A piece of /proc, with the partition's options as ext4 runs with them."""
    (root / "self").mkdir(parents=True)
    (root / "self/mountinfo").write_text(mounts)
    if options is not None:
        (root / "fs/ext4/mmcblk0p4").mkdir(parents=True)
        (root / "fs/ext4/mmcblk0p4/options").write_text(options)
    return root


def whole(tmp_path: Path, shown: str, options: str | None) -> list[str]:
    home = tmp_path / "data"
    home.mkdir()
    table = BOARD + f"70 26 179:9 / {home.resolve()} rw,noatime - ext4 /dev/mmcblk0p4 {shown}\n"
    return [it.code for it in faults(home, proc(tmp_path / "proc", table, options)) if it.code != "block"]


def test_errors_set_in_the_superblock(tmp_path: Path) -> None:
    """mountinfo hides what is the file system's default (tune2fs -e remount-ro); the kernel's own list does not."""
    assert whole(tmp_path, "rw,commit=3600", "rw\nbarrier\nerrors=remount-ro\ncommit=3600\ndata=ordered\n") == []


def test_without_the_kernels_list(tmp_path: Path) -> None:
    assert whole(tmp_path, "rw,commit=3600", None) == ["errors"]


def test_nothing_can_be_told(tmp_path: Path) -> None:
    """No /proc, no such folder: no sentence rather than a wrong one."""
    assert faults(tmp_path, tmp_path / "none") == []
    assert faults(tmp_path / "none") == []


def test_this_machine(tmp_path: Path) -> None:
    """A temporary folder is never as a till's should be; in a chroot without its mount nothing can be told."""
    mounts = parse(Path("/proc/self/mountinfo").read_text("utf-8", "surrogateescape"))
    told = holding(tmp_path.resolve(), mounts) is not None

    assert bool(faults(tmp_path)) == told


@given(st.text(alphabet=st.characters(exclude_characters="\n"), max_size=80))
def test_any_line_is_survived(line: str) -> None:
    assert len(parse(BOARD + line)) in (7, 8)


def test_a_stick_is_told_from_the_journal(tmp_path: Path) -> None:
    """Renamed files are flushed again there: see `flash.py`."""
    (tmp_path / "self").mkdir()
    (tmp_path / "self" / "mountinfo").write_text(
        f"21 1 179:4 / / ro - squashfs /dev/dm-0 ro\n22 21 179:5 / {tmp_path}/data rw - ext4 /dev/mmcblk0p5 rw\n"
        f"23 21 8:1 / {tmp_path}/stick rw - vfat /dev/sda rw\n"
    )

    assert on_fat(tmp_path / "stick" / "receipts", tmp_path)
    assert not on_fat(tmp_path / "data", tmp_path)
    assert not on_fat(tmp_path / "stick", tmp_path / "nowhere")

"""What the image's build reads before it makes anything; the image itself is built and booted by `make test-image`."""

from __future__ import annotations

import pytest

from image.application import closure, names, wanted
from image.board import BOARDS, Board, read_board
from image.root import packages
from image.shell import BuildError
from image.workshop import LOCKS, pins

ALL = sorted(folder.name for folder in BOARDS.iterdir())


@pytest.fixture(params=ALL)
def board(request: pytest.FixtureRequest) -> Board:
    return read_board(request.param)


def test_a_board_has_its_three_files_and_its_name(board: Board) -> None:
    assert {path.name for path in board.folder.iterdir()} == {"board.toml", "sceau.toml", "udev.rules"}
    assert f'board = "{board.name}"' in (board.folder / "sceau.toml").read_text("utf-8")
    assert "console=" in board.command_line  # none at all, and Debian's kernel starts no first program
    assert "console=null" not in board.command_line


def test_a_board_that_is_not_there_is_named_with_those_that_are() -> None:
    with pytest.raises(BuildError, match="there is no board 'toaster'; there are: generic-amd64, virt-amd64"):
        read_board("toaster")


def test_the_kernel_is_for_the_boards_processor(board: Board) -> None:
    assert f"linux-image-{board.architecture}" in packages(board)
    assert not any("@" in name for name in packages(board))


def test_every_library_of_the_till_is_locked_for_a_workshop(board: Board) -> None:
    """What is compiled for another processor is what runs here, version and hash."""
    locked = pins(LOCKS[1], set(names(board)))

    for library in closure(wanted(), board.machine):
        assert f"{library.name.lower().replace('_', '-')}=={library.version} " in locked
    assert locked.count("==") == len(names(board))
    assert "pytest" not in locked

"""A file that is kept is whole at every moment, whoever reads it and whatever stops who writes it."""

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tracker.lib.files import add, put


def test_lines_are_added_to_a_file_and_both_it_and_its_folder_are_made(tmp_path: Path) -> None:
    file = tmp_path / "deep" / "kept" / "list.txt"
    add(file, b"one\n")
    add(file, b"two\n")
    assert file.read_bytes() == b"one\ntwo\n"
    assert os.listdir(file.parent) == ["list.txt"]


def test_mode_and_a_link_that_leads_to_it_stay(tmp_path: Path) -> None:
    (tmp_path / "link.txt").symlink_to("list.txt")
    (tmp_path / "list.txt").write_bytes(b"one\n")
    (tmp_path / "list.txt").chmod(0o664)
    add(tmp_path / "link.txt", b"two\n")
    assert (tmp_path / "link.txt").is_symlink()
    assert (tmp_path / "list.txt").read_bytes() == b"one\ntwo\n"
    assert (tmp_path / "list.txt").stat().st_mode & 0o777 == 0o664


def test_owner_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file, given = tmp_path / "list.txt", []
    add(file, b"one\n")
    monkeypatch.setattr(os, "getuid", lambda: file.stat().st_uid + 1)
    monkeypatch.setattr(os, "fchown", lambda _file, *owner: given.append(owner))
    add(file, b"two\n")
    assert given == [(file.stat().st_uid, file.stat().st_gid)]


def test_what_two_add_at_once_is_there(tmp_path: Path) -> None:
    file = tmp_path / "list.txt"
    wanted = [f"{number}\n".encode() for number in range(50)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda line: add(file, line), wanted))
    assert sorted(file.read_bytes().splitlines(keepends=True)) == sorted(wanted)


@pytest.mark.parametrize("name", ["fsync", "fchmod"])
def test_what_cannot_be_written_leaves_the_file_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    file = tmp_path / "list.txt"
    put(file, b"one\n")

    def fails(*args: object) -> None:
        raise OSError("no")

    monkeypatch.setattr(os, name, fails)
    with pytest.raises(OSError, match="no"):
        add(file, b"two\n")
    assert file.read_bytes() == b"one\n"
    assert os.listdir(tmp_path) == ["list.txt"]


def test_what_a_power_cut_left_is_no_part_of_the_file(tmp_path: Path) -> None:
    (tmp_path / ".list.txt.new").write_bytes(b"half a bl")
    add(tmp_path / "list.txt", b"one\n")
    assert (tmp_path / "list.txt").read_bytes() == b"one\n"
    assert os.listdir(tmp_path) == ["list.txt"]

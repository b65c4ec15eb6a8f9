"""manage.py verify_history with checkpoints: the file beside the database, or those that are named."""

import io
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from tests.conftest import World
from tests.verifying import Folder, checkpoint


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


def run(*arguments: object) -> str:
    out = io.StringIO()
    call_command("verify_history", *map(str, arguments), stdout=out, stderr=io.StringIO())
    return out.getvalue()


def test_file_beside_the_database_is_compared(world: World, folder: Folder, settings: Any) -> None:
    settings.KEPT_FOLDER = folder.path
    kept = checkpoint(str(world.alliance.uuid))
    folder.keep(kept, name="checkpoints.txt")
    assert f"entries covered by the checkpoints: {kept.size}; not covered yet: 0" in run()

    folder.keep(replace(kept, head="0" * 64), name="checkpoints.txt")
    with pytest.raises(SystemExit) as ended:
        run()
    assert ended.value.code == 1


def test_files_that_are_named_are_compared_instead(world: World, folder: Folder) -> None:
    kept = checkpoint(str(world.alliance.uuid))
    one, other = folder.keep(kept), folder.keep(replace(kept, head="0" * 64), name="other.txt")

    assert "The record is as its history says." in run("--checkpoint", one)
    with pytest.raises(SystemExit) as ended:
        run("--checkpoint", one, "--checkpoint", other)
    assert ended.value.code == 1


@pytest.mark.parametrize("damage", [None, 60])
def test_checkpoints_that_cannot_be_read_are_no_verdict(world: World, folder: Folder, damage: int | None) -> None:
    file = folder.keep(checkpoint(str(world.alliance.uuid)))
    if damage is None:
        file.unlink()
    else:
        file.write_text(file.read_text()[:damage])

    with pytest.raises(CommandError) as refused:
        run("--checkpoint", file)

    assert refused.value.returncode == 2

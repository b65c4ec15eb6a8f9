"""A file with a mistake is refused whole, with file, point and reason, whoever finds it: the reader or the record."""

from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from tests.importer.files import TEXT, Edit, copied, edit, point, rio, run, russia
from tracker.errors import CatalogueError
from tracker.models import HistoryEntry, Recommendation

ORGANISATION = {"code": "other", "kind": "ngo", "name": TEXT, "country": "", "address": ""}
PERSON = {"username": "zed", "first_name": "Zed", "last_name": "Zed", "roles": ["staff"]}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The files of the catalogue and of the Russian workspace, for the test to edit."""
    return copied(tmp_path)


MISTAKES: dict[str, tuple[Callable[[Path], Path], Edit, str, str]] = {
    "unknown area": (rio, lambda data: point(data).update(area="moon"), "46", "use one of"),
    "unknown kind": (rio, lambda data: point(data).update(kind="wish"), "46", "use one of"),
    "unknown addressee": (rio, lambda data: point(data).update(addressee="martians"), "46", "use one of"),
    "unknown theme": (rio, lambda data: point(data).update(themes=["weather"]), "46", "weather"),
    "unknown section": (rio, lambda data: point(data).update(section="IX"), "46", "use one of"),
    "unknown layer": (rio, lambda data: point(data)["components"][0].update(layer="roof"), "46 a", "use one of"),
    "repeated reference": (rio, lambda data: data["points"].append(dict(point(data))), "46", "taken by 46"),
    "repeated address": (rio, lambda data: point(data).update(reference="C-2"), "C(2)", "taken by C-2"),
    "repeated letter": (rio, lambda data: point(data)["components"][1].update(letter="a"), "46", "letter"),
    "missing translation": (rio, lambda data: point(data)["title"].pop("ru"), "46", "no ru text"),
    "empty translation": (rio, lambda data: point(data)["summary"].update(ru="  "), "46", "no ru text"),
    "unknown language": (rio, lambda data: point(data)["title"].update(fr="Oui"), "46", "unknown language fr"),
    "long title": (rio, lambda data: point(data)["title"].update(en="x" * 81), "46", "80 are allowed"),
    "bad deadline": (rio, lambda data: point(data).update(deadline="2013-13"), "46", "deadline"),
    "deadline as a number": (rio, lambda data: point(data).update(deadline=2013), "46", "in quotes"),
    "reference as a number": (rio, lambda data: point(data).update(reference=46), "46", "in quotes"),
    "misspelt key": (rio, lambda data: point(data).update(sumary="x"), "46", "unknown key sumary"),
    "missing key": (rio, lambda data: point(data).pop("kind"), "46", "“kind” is missing"),
    "level in the catalogue": (rio, lambda data: point(data).update(level="implemented"), "46", "unknown key level"),
    "unknown document kind": (rio, lambda data: data["document"].update(kind="novel"), "document", "use one of"),
    "dangerous address": (
        rio,
        lambda data: data["document"].update(source_address="javascript:alert(1)"),
        "document",
        "no web address",
    ),
    "unknown document": (russia, lambda data: data["alliance"]["follows"].append("kyoto"), "follows", "kyoto"),
    "unknown organisation": (
        russia,
        lambda data: data["alliance"]["members"].append("nobody"),
        "nobody",
        "no organisation",
    ),
    "statement on an unknown point": (
        russia,
        lambda data: data["from_the_source"][0].update(reference="99"),
        "lanzarote-2017-1.1",
        "no point “99”",
    ),
    "statement of the alliance": (
        russia,
        lambda data: data["from_the_source"][0].update(perspective="alliance"),
        "lanzarote-2017-1.1",
        "use one of",
    ),
    "statement with a level": (
        russia,
        lambda data: data["from_the_source"][0].update(level="implemented"),
        "lanzarote-2017-1.1",
        "unknown key level",
    ),
    "bad date of a statement": (
        russia,
        lambda data: data["from_the_source"][0].update(dated="October"),
        "lanzarote-2017-1.1",
        "no date",
    ),
    "repeated key": (
        russia,
        lambda data: data["from_the_source"].append(dict(data["from_the_source"][0])),
        "lanzarote-2017-1.1",
        "given twice",
    ),
    "unknown component": (russia, lambda data: data["not_applicable"][1].update(component="z"), "2", "component “z”"),
    "unknown treaty event": (
        russia,
        lambda data: data["treaties"][0]["events"][0].update(event="forgotten"),
        "crc",
        "use one of",
    ),
    "time zone that does not exist": (
        russia,
        lambda data: data["alliance"].update(time_zone="Europe/Moskow"),
        "alliance",
        "no time zone “Europe/Moskow”",
    ),
    "dangerous address of a treaty": (
        russia,
        lambda data: data["treaties"][0].update(address="javascript:alert(1)"),
        "crc",
        "no web address",
    ),
    "key with the sign of corrections": (
        russia,
        lambda data: data["from_the_source"][0].update(key="reply#1"),
        "reply#1",
        "“#”",
    ),
    "long key": (russia, lambda data: data["from_the_source"][0].update(key="k" * 76), "k" * 76, "75 are allowed"),
    "empty key": (russia, lambda data: data["from_the_source"][0].update(key=""), "from_the_source 1", "empty"),
    "taken position": (rio, lambda data: data["document"].update(position=1), "rio-2008", "position 1 is taken"),
    "negative position": (rio, lambda data: data["document"].update(position=-1), "document", "from 0"),
    "number too large": (rio, lambda data: point(data).update(line=10**30), "46", "write a number"),
    "long page": (rio, lambda data: point(data).update(page="x" * 21), "46", "page"),
    "long reference": (rio, lambda data: point(data, "C(2)").update(reference="4" * 41), "4" * 41, "reference"),
    "long letter": (rio, lambda data: point(data)["components"][0].update(letter="abcde"), "46", "letter"),
    "long heading": (rio, lambda data: data["sections"][0].update(source_title="x" * 301), "I", "heading"),
    "long name of a scan": (rio, lambda data: data["document"]["scan"].update(name="x" * 101), "rio-2008", "scanned"),
    "long place": (
        russia,
        lambda data: data["from_the_source"][0]["place"].update(lines="1" * 301),
        "lanzarote-2017-1.1",
        "place in the source",
    ),
    "long place of a treaty event": (
        russia,
        lambda data: data["treaties"][0]["events"][0].update(
            evidence={"place": {"document": "ecpat-ru-2012", "lines": "1" * 101}}
        ),
        "crc",
        "page or place",
    ),
    "long country code": (russia, lambda data: data["alliance"].update(country="RUS"), "russia", "country"),
    "address of a page": (russia, lambda data: data["alliance"].update(slug="admin"), "admin", "choose another"),
    "doubled bearing": (
        russia,
        lambda data: data["from_the_source"][0]["bears_on"].append(data["from_the_source"][0]["bears_on"][0]),
        "lanzarote-2017-1.1",
        "twice",
    ),
    "doubled not applicable": (
        russia,
        lambda data: data["not_applicable"].append(data["not_applicable"][1]),
        "rio-2008 2 a",
        "twice",
    ),
    "doubled treaty": (
        russia,
        lambda data: data["treaties"].append(data["treaties"][0] | {"events": []}),
        "crc",
        "twice",
    ),
    "organisation of another file": (
        russia,
        lambda data: data.update(organisations=[ORGANISATION | {"code": "stellit"}]),
        "stellit",
        "in organisations.yaml already",
    ),
    "doubled organisation": (
        russia,
        lambda data: data.update(organisations=[ORGANISATION, ORGANISATION]),
        "other",
        "given twice",
    ),
    "long organisation code": (
        russia,
        lambda data: data.update(organisations=[ORGANISATION | {"code": "x" * 61}]),
        "x" * 61,
        "code",
    ),
    "people in an alliance that is not invented": (
        russia,
        lambda data: data.update(people=[PERSON | {"organisation": "stellit"}]),
        "people",
        "is_demo",
    ),
}


@pytest.mark.django_db
@pytest.mark.parametrize("mistake", MISTAKES)
def test_file_with_a_mistake_is_refused_whole_with_file_point_and_reason(folder: Path, mistake: str) -> None:
    of, change, place, reason = MISTAKES[mistake]
    edit(of(folder), change)
    with pytest.raises(CatalogueError) as refused:
        run(folder)
    assert refused.value.file == of(folder).name
    assert place in refused.value.point
    assert reason in refused.value.reason
    assert HistoryEntry.objects.count() == 0
    assert Recommendation.objects.count() == 0


BROKEN = {
    "no YAML": "document: [",
    "a list": "- one\n- two\n",
    "empty": "",
    "a key twice": 'document:\n  code: "a"\n  code: "b"\n',
    "a truth value as key": 'document:\n  on: "2012"\n',
}


@pytest.mark.django_db
@pytest.mark.parametrize("broken", BROKEN)
def test_file_that_is_no_catalogue_is_refused(folder: Path, broken: str) -> None:
    rio(folder).write_text(BROKEN[broken], encoding="utf-8")
    with pytest.raises(CatalogueError) as refused:
        run(folder)
    assert refused.value.file == "rio-2008.yaml"
    assert HistoryEntry.objects.count() == 0


@pytest.mark.django_db
def test_binary_file_is_refused(folder: Path) -> None:
    rio(folder).write_bytes(b"\xff\xfe\x00\x01" * 100)
    with pytest.raises(CatalogueError, match="cannot be read"):
        run(folder)
    assert HistoryEntry.objects.count() == 0


def other_workspace(folder: Path, change: Edit) -> None:
    """Add a second alliance that follows the Rio Call alone, with what `change` makes of it."""
    data = yaml.safe_load(russia(folder).read_text(encoding="utf-8"))
    other = {"alliance": data["alliance"] | {"slug": "zembla", "follows": ["rio-2008"]}, "treaties": data["treaties"]}
    change(other)
    path = folder / "workspaces" / "zembla.yaml"
    path.write_text(yaml.safe_dump(other, allow_unicode=True, sort_keys=False), encoding="utf-8")


CLASHES: dict[str, tuple[Edit, str, str]] = {
    "alliance": (lambda data: data["alliance"].update(slug="russia"), "russia", "in russia.yaml already"),
    "treaty": (lambda data: data["treaties"][0].update(title=TEXT), "crc", "otherwise in russia.yaml"),
    "organisation": (
        lambda data: data.update(organisations=[ORGANISATION | {"code": "stellit"}]),
        "stellit",
        "in organisations.yaml already",
    ),
}


@pytest.mark.django_db
@pytest.mark.parametrize("clash", CLASHES)
def test_two_files_that_describe_one_thing_are_refused(folder: Path, clash: str) -> None:
    change, place, reason = CLASHES[clash]
    other_workspace(folder, change)
    with pytest.raises(CatalogueError, match=reason) as refused:
        run(folder)
    assert (refused.value.file, refused.value.point) == ("zembla.yaml", place)
    assert HistoryEntry.objects.count() == 0

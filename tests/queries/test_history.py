"""The history in words: who may read which wording."""

from tests import factories as make
from tests.conftest import NOW, World, content
from tracker.actions.progress import edit_draft, return_update, submit_update
from tracker.models import Update
from tracker.queries.history import Line, lines


def told(update: Update, organisation_id: int | None) -> list[Line]:
    return lines([update, *update.assessments.all()], public=False, organisation_id=organisation_id)


def words(found: list[Line]) -> str:
    return " ".join(f"{moved.old} {moved.new}" for line in found for moved in line.changes)


def test_wording_of_drafts_is_told_to_their_own_organisation_only(world: World) -> None:
    make.ComponentFactory(recommendation=world.items[0].recommendation, letter="a")
    update = world.draft(done={"en": "SECRET of the informant"}, components={"a": "met"})
    first, second = (row.pk for row in world.organisations[:2])
    anna = world.actor("anna")
    kept = {"new_evidence": (), "evidence": list(update.evidence.all())}
    edit_draft(update, content(components={"a": "not_met"}, **kept), actor=anna, at=NOW)
    update = submit_update(Update.objects.get(pk=update.pk), actor=anna, at=NOW)

    assert "SECRET" in words(told(update, first))
    assert "Not met" in words(told(update, first))
    for reader in (second, None):
        found = told(update, reader)
        assert "SECRET" not in words(found)
        assert "Not met" not in words(found)
        assert "Submitted for review" in words(found)
        # That something was written is no secret: how, is.
        assert [line.action for line in found] == [line.action for line in told(update, first)]


def test_wording_between_two_submissions_stays_inside_too(world: World) -> None:
    update = world.submitted()
    return_update(update, reason="Link to the law.", actor=world.actor("boris"), at=NOW)
    for text in ("SECRET of the informant", "Four centres."):
        update.refresh_from_db()
        kept = {"new_evidence": (), "evidence": list(update.evidence.all())}
        edit_draft(update, content(done={"en": text}, **kept), actor=world.actor("anna"), at=NOW)
    update.refresh_from_db()
    submit_update(update, actor=world.actor("anna"), at=NOW)

    found = told(update, world.organisations[1].pk)

    assert "SECRET" not in words(found)
    assert "Link to the law." in words(found)

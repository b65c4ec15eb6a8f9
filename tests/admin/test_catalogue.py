"""The catalogue in the workspace: what is found in it, and what its staff says of a document's own words."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from tests import factories as make
from tests.conftest import World, everything
from tracker.choices import TextRights

SignIn = Callable[[str], Client]


def test_point_is_found_by_its_official_wording_and_shows_it(world: World, sign_in: SignIn) -> None:
    section = world.items[0].recommendation.section
    point = make.RecommendationFactory(section=section, reference="W(1)", wording="Ask Children.")
    anna = sign_in("anna")
    found = anna.get(reverse("admin:tracker_recommendation_changelist"), {"q": "TITLE Children"})
    assert [row.pk for row in found.context["cl"].result_list] == [point.pk]
    shown = anna.get(reverse("admin:tracker_recommendation_change", args=[point.pk])).content.decode()
    assert "<dt>Official wording</dt><dd>Ask Children.</dd>" in shown


def test_text_rights_are_set_with_their_ground(world: World, sign_in: SignIn) -> None:
    document, root = world.document, sign_in("root")
    page = reverse("admin:tracker_document_change", args=[document.pk])
    assert '<input type="radio" name="text_rights" value="paraphrase_only"' in root.get(page).content.decode()
    typed = {"version": document.version, "text_rights": "permission_granted", "reason": "Letter of 1 March 2026."}
    answer = root.post(reverse("admin:tracker_document_text_rights", args=[document.pk]), typed)
    assert (answer.status_code, answer["Location"]) == (302, page)
    document.refresh_from_db()
    assert document.text_rights == TextRights.PERMISSION_GRANTED
    told = root.get(reverse("admin:tracker_document_history", args=[document.pk])).content.decode()
    assert "Set what may be shown of the wording" in told
    assert "Letter of 1 March 2026." in told


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"reason": " "}, "This field is required"),
        ({"text_rights": "splendid"}, "not one of the available choices"),
        ({"version": 99}, "Someone else changed this"),
    ],
)
def test_wrong_text_rights_are_refused(world: World, sign_in: SignIn, values: dict[str, str], words: str) -> None:
    root, before = sign_in("root"), everything()
    typed = {"version": world.document.version, "text_rights": "free", "reason": "A licence."} | values
    shown = root.post(reverse("admin:tracker_document_text_rights", args=[world.document.pk]), typed)
    assert shown.status_code == 200
    assert words in shown.content.decode()
    assert everything() == before


def test_members_are_offered_no_rights_to_set(world: World, sign_in: SignIn) -> None:
    page = reverse("admin:tracker_document_change", args=[world.document.pk])
    assert "text_rights/" not in sign_in("staff").get(page).content.decode()
    assert "text_rights/" in sign_in("root").get(page).content.decode()

"""A document imported in a real browser: uploaded, looked at, one point corrected, accepted; and a refused file."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests import factories as make
from tests.browser.looking import LANGUAGES, look
from tests.importer.texts import REPORT
from tracker.management.commands.demo import PASSWORD
from tracker.models import DocumentImport, HistoryEntry

pytestmark = pytest.mark.browser

CODE = "ecpat-freedonia-2031"
WHOLE = "Name one office that answers for the plan."
# Without its full stop, which the reader finds doubtful.
DOUBTFUL = REPORT.replace(WHOLE, WHOLE[:-1])
CORRECTED = "Name one office that answers for the plan, and tell everyone where it is."
FILE = {"name": "freedonia.txt", "mimeType": "text/plain", "buffer": DOUBTFUL.encode()}
PNG = {"name": "map.png", "mimeType": "image/png", "buffer": b"\x89PNG\r\n\x1a\n" + bytes(range(256))}


@pytest.fixture
def keeper(site: str, sign_in: Callable[..., None]) -> Callable[..., None]:
    """Sign in as one of the installation's staff, who works in no alliance."""
    make.UserFactory(username="keeper", first_name="Kay", is_superuser=True, password=PASSWORD)
    return lambda language="": sign_in("keeper", language)


def upload(page: Page, site: str, file: Any) -> None:
    """Choose a file and an alliance on the upload page, and send them."""
    page.goto(f"{site}/admin/")
    page.get_by_role("link", name="Import a document").click()
    page.locator("[name=file]").set_input_files(file)
    page.locator("[name=alliance]").select_option(index=1)
    page.get_by_role("button", name="Read the file").click()


def test_document_is_uploaded_corrected_and_accepted(
    page: Page, site: str, keeper: Callable[..., None], quiet: list[str]
) -> None:
    keeper()
    upload(page, site, FILE)
    main = page.locator("#content")
    expect(main).to_contain_text(f"6 points of {CODE}: 5 new, 1 doubtful, 0 changed, 0 the same.")
    expect(main).to_contain_text("Look at this one first")
    alliance = DocumentImport.objects.get().follower
    assert alliance is not None

    page.get_by_role("link", name=f"Correct this point – {CODE} NPA-2").click()
    expect(main).to_contain_text("ends without a full stop")
    page.get_by_label("Corrected text").fill(CORRECTED)
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#point-2")).to_contain_text("corrected by hand")
    expect(page.locator("#point-2")).to_contain_text(CORRECTED)
    expect(main).to_contain_text("6 new, 0 doubtful")

    page.get_by_role("button", name="Accept all of it").click()
    expect(page.locator(".messagelist")).to_contain_text("Accepted. What was written: ")
    page.get_by_role("link", name=f"{CODE} NPA-2").click()
    expect(main).to_contain_text(CORRECTED)

    page.context.clear_cookies()
    page.goto(f"{site}/{alliance.slug}/items/{CODE}/npa-2/")
    shown = page.locator("main")
    expect(shown).to_contain_text("Priority action NPA-2")
    expect(shown).not_to_contain_text("Name one office")
    page.goto(f"{site}/{alliance.slug}/items/?words=office+answers")
    expect(page.locator("main")).not_to_contain_text("NPA-2")


def test_picture_is_refused_in_words(page: Page, site: str, keeper: Callable[..., None], quiet: list[str]) -> None:
    keeper()
    before = HistoryEntry.objects.count()
    upload(page, site, PNG)
    expect(page.locator(".stop")).to_contain_text("It was not stored")
    expect(page.locator(".field.wrong")).to_be_visible()
    expect(page.locator("#content")).to_contain_text("Choose the file again")
    assert page.locator("[name=alliance]").evaluate("field => field.selectedIndex") == 1
    assert (DocumentImport.objects.count(), HistoryEntry.objects.count()) == (0, before)
    # The browser itself complains about the answer to what may not be taken.
    quiet[:] = [line for line in quiet if "422" not in line]


def test_pages_of_an_import_in_both_languages(page: Page, site: str, keeper: Callable[..., None]) -> None:
    keeper()
    upload(page, site, FILE)
    batch = DocumentImport.objects.get()
    address = f"/admin/tracker/documentimport/{batch.pk}"
    pages = {
        "import-upload": "/admin/tracker/documentimport/add/",
        "import-preview": f"{address}/change/",
        "import-point": f"{address}/point/?point={CODE}+NPA-2",
        "import-list": "/admin/tracker/documentimport/",
    }
    found = []
    for language, prefix in LANGUAGES.items():
        keeper(prefix)
        for name, path in pages.items():
            found += look(page, name, f"{site}{prefix}{path}", language)
    assert found == []


def test_import_works_without_javascript(site: str, browser: Browser, keeper: Callable[..., None], page: Page) -> None:
    keeper()
    context = browser.new_context(java_script_enabled=False, storage_state=page.context.storage_state())
    plain = context.new_page()
    upload(plain, site, FILE)
    plain.get_by_role("link", name=f"{CODE} NPA-2").first.click()
    assert plain.url.endswith("#point-2")
    plain.get_by_role("button", name="Accept all of it").click()
    expect(plain.locator(".messagelist")).to_contain_text("Accepted.")
    context.close()

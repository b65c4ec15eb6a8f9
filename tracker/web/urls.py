"""Addresses of the public pages: below the name of the alliance, or at the top where there is only one."""

from django.urls import include, path

from tracker.web import about, changes, checkpoints, digests, documents, downloads, front, history, items, organisations

pages = [
    path("", front.front, name="front"),
    path("items/", items.items, name="items"),
    path("items.<str:format>", downloads.items, name="download"),
    path("items/<slug:document>/<slug:slug>/", items.item, name="item"),
    path("documents/<slug:document>/", documents.document, name="document"),
    path("organisations/<slug:code>/", organisations.organisation, name="organisation"),
    path("treaties/", documents.treaties, name="treaties"),
    path("changes/", changes.changes, name="changes"),
    path("history/", history.history, name="history"),
    path("history/log.jsonl", history.alliance_log, name="history_log"),
    path("history/installation.jsonl", history.installation_log, name="history_installation"),
    path("history/verify_history.py", history.verifier, name="verifier"),
    path("history/checkpoints.txt", checkpoints.text, name="checkpoints"),
    path("history/checkpoints.json", checkpoints.feed, name="checkpoints_json"),
]

urlpatterns = [
    path("", front.alliances, name="alliances"),
    path("method/", about.method, name="method"),
    path("about/", about.about, name="about"),
    path("account/mail/<str:token>/", digests.mail, name="mail"),
    # Before the alliances: `/items/` is a page, never an alliance of that name.
    path("", include((pages, "single"))),
    path("<slug:alliance>/", include((pages, "alliance"))),
]

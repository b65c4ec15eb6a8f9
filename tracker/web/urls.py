"""Addresses of the public pages: below the name of the alliance, or at the top where there is only one."""

from django.urls import include, path

from tracker.web import (
    about,
    areas,
    card,
    changes,
    checkpoints,
    concerns,
    data,
    digests,
    documents,
    downloads,
    embeds,
    feeds,
    front,
    history,
    items,
    organisations,
    replies,
    sitemaps,
)

pages = [
    path("", front.front, name="front"),
    path("items/", items.items, name="items"),
    path("items.atom", feeds.items, name="feed"),
    path("items.ics", feeds.days, name="calendar"),
    path("items.<str:format>", downloads.items, name="download"),
    path("items/<slug:document>/<slug:slug>/", items.item, name="item"),
    path("items/<slug:document>/<slug:slug>/updates.atom", feeds.item, name="item_feed"),
    path("documents/<slug:document>/", documents.document, name="document"),
    path("documents/<slug:document>/replies/", replies.replies, name="replies"),
    path("areas/<slug:area>/", areas.area, name="area"),
    path("card/", card.card, name="card"),
    path("organisations/", organisations.organisations, name="organisations"),
    path("organisations/<slug:code>/", organisations.organisation, name="organisation"),
    path("organisations/<slug:code>/updates.atom", feeds.organisation, name="organisation_feed"),
    path("treaties/", documents.treaties, name="treaties"),
    path("changes/", changes.changes, name="changes"),
    path("data/", data.data, name="data"),
    path("concern/", concerns.concern, name="concern"),
    path("history/", history.history, name="history"),
    path("history/log.jsonl", history.alliance_log, name="history_log"),
    path("history/installation.jsonl", history.installation_log, name="history_installation"),
    path("history/verify_history.py", history.verifier, name="verifier"),
    path("history/checkpoints.txt", checkpoints.text, name="checkpoints"),
    path("history/checkpoints.json", checkpoints.feed, name="checkpoints_json"),
]

pictures = [
    path("card.svg", embeds.card_picture, name="card"),
    path("bar.svg", embeds.bar_picture, name="bar"),
]

urlpatterns = [
    path("", front.alliances, name="alliances"),
    path("method/", about.method, name="method"),
    path("about/", about.about, name="about"),
    path("glossary/", about.glossary, name="glossary"),
    path("accessibility/", about.accessibility, name="accessibility"),
    path("robots.txt", sitemaps.robots, name="robots"),
    path("sitemap.xml", sitemaps.index, name="sitemaps"),
    path("sitemap-<str:section>.xml", sitemaps.section, name="sitemap"),
    path("account/mail/<str:token>/", digests.mail, name="mail"),
    # Other sites show these: they name the alliance for ever, also where it is the only one.
    path("embed/<slug:alliance>/", include((pictures, "embed"))),
    # Before the alliances: `/items/` is a page, never an alliance of that name.
    path("", include((pages, "single"))),
    path("<slug:alliance>/", include((pages, "alliance"))),
]

"""Addresses as readers bring them: what search engines, networks and mail programs add to a link is no question."""

_ADDED = ("fbclid", "gclid", "yclid", "ysclid", "_openstat", "mc_cid", "mc_eid")
_ADDED_BEGIN = "utm_"


def is_tracking(name: str) -> bool:
    """Tell whether a parameter of an address says where its reader came from, and nothing about the page."""
    return name in _ADDED or name.startswith(_ADDED_BEGIN)


def without_tracking(query: str) -> str:
    """Return the query string of an address without such parameters, the others untouched and in their order."""
    return "&".join(pair for pair in query.split("&") if not is_tracking(pair.split("=", 1)[0]))

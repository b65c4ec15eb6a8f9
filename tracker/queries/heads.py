"""How far the record has come: the last entries of logs and their last checkpoint, as one short text."""

from collections.abc import Sequence

from django.db import connection

# Plain SQL: it is asked before every page that is kept in memory, and would otherwise cost half of such a page.
_HEAD = "(SELECT hash FROM tracker_historyentry WHERE log = %s ORDER BY epoch DESC, sequence DESC LIMIT 1)"
_CHECKPOINT = "(SELECT MAX(id) FROM tracker_checkpoint)"
# A new alliance writes to its own log only, and moves the addresses of the one that stood alone.
_ALLIANCES = "(SELECT COUNT(*) FROM tracker_alliance)"


def heads(logs: Sequence[str]) -> str:
    """Return a text that changes with every entry of `logs`, every checkpoint and every new alliance, and with nothing
    else; one query. A log without entries has no head.
    """
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join([_HEAD] * len(logs))}, {_CHECKPOINT}, {_ALLIANCES}", list(logs))
        return " ".join(str(value) for value in cursor.fetchone())

"""What a search looks through: words and stems, in FTS5 on SQLite and in tsvector with GIN on PostgreSQL.

The rows follow from the record: `actions/search.py` writes them with every act, and can write all of them anew. The
record's history does not tell of them.
"""

import re
from collections.abc import Sequence
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from tracker.lib.words import BREAK

TABLE, INDEX = "tracker_searchtext", "tracker_search"
_PLACES = re.compile(r"'([^']+)':([0-9,]+)")


class Tokens(models.Field):
    """Words in their order, parted by spaces, none of which holds a quotation mark (`lib.words.to_index`)."""

    def db_type(self, connection: Any) -> str:
        return "tsvector" if connection.vendor == "postgresql" else "text"

    def get_placeholder(self, value: Any, compiler: Any, connection: Any) -> str:
        return "%s::tsvector" if connection.vendor == "postgresql" else "%s"

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        if connection.vendor != "postgresql":
            return value
        # Written out, words are not parsed: no configuration of the server has a say in them.
        return " ".join(f"'{word}':{n}" for n, word in enumerate(value.split(" "), start=1) if word not in ("", BREAK))

    def from_db_value(self, value: str, expression: Any, connection: Any) -> str:
        if connection.vendor != "postgresql":
            return value
        places = {int(n): word for word, found in _PLACES.findall(value) for n in found.split(",")}
        return " ".join(places.get(n, BREAK) for n in range(1, max(places, default=0) + 1))


@Tokens.register_lookup
class Hold(models.Lookup):
    """`stems__hold=("traffick", "child")`: these words side by side. They are compared, never read as a query."""

    lookup_name = "hold"
    prepare_rhs = False
    rhs: Sequence[str]

    def as_postgresql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        column, params = self.process_lhs(compiler, connection)
        return f"{column} @@ %s::tsquery", [*params, " <-> ".join(f"'{word}'" for word in self.rhs)]

    def as_sqlite(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        field = self.lhs.output_field
        key = f"{connection.ops.quote_name(self.lhs.alias)}.id"
        asked = f'{field.column} : "{" ".join(self.rhs)}"'
        return f"{key} IN (SELECT rowid FROM {INDEX} WHERE {INDEX} MATCH %s)", [asked]


class SearchText(models.Model):
    """Texts that are found together, and that the same people may read.

    Of a point: reference, title, summary and parts. Of an update that is public: what it says, and its sources.
    `quoted` is the official wording of either, which not everyone may read.
    """

    alliance = models.ForeignKey("tracker.Alliance", models.PROTECT, null=True, related_name="+")
    recommendation = models.ForeignKey("tracker.Recommendation", models.PROTECT, null=True, related_name="+")
    update = models.ForeignKey("tracker.Update", models.PROTECT, null=True, related_name="+")
    # The update's.
    item = models.ForeignKey("tracker.Item", models.PROTECT, null=True, related_name="+")
    quoted = models.BooleanField(default=False)
    words = Tokens()
    stems = Tokens()

    class Meta:
        verbose_name = _("text to search")
        verbose_name_plural = _("texts to search")
        constraints = (
            models.UniqueConstraint(fields=("recommendation", "quoted"), name="search_point_unique"),
            models.UniqueConstraint(fields=("update", "quoted"), name="search_update_unique"),
            models.CheckConstraint(
                condition=models.Q(
                    recommendation=None, update__isnull=False, item__isnull=False, alliance__isnull=False
                )
                | models.Q(recommendation__isnull=False, update=None, item=None, alliance=None),
                name="search_of_point_or_update",
            ),
        )

    def __str__(self) -> str:
        return f"{self.recommendation_id or ''}|{self.update_id or ''}"


# FTS5 keeps no texts of its own: triggers tell it what is added to the table and what is taken away.
_ADD = f"INSERT INTO {INDEX} (rowid, words, stems) VALUES (NEW.id, NEW.words, NEW.stems);"
_TAKE = f"INSERT INTO {INDEX} ({INDEX}, rowid, words, stems) VALUES ('delete', OLD.id, OLD.words, OLD.stems);"
_SQLITE = {
    # The words are cut already: everything between two spaces is one.
    INDEX: f"CREATE VIRTUAL TABLE {INDEX} USING fts5(words, stems, content='{TABLE}', content_rowid='id', "
    "columnsize=0, tokenize='ascii')",
    f"{TABLE}_added": f"CREATE TRIGGER {TABLE}_added AFTER INSERT ON {TABLE} BEGIN {_ADD} END",
    f"{TABLE}_taken": f"CREATE TRIGGER {TABLE}_taken AFTER DELETE ON {TABLE} BEGIN {_TAKE} END",
    f"{TABLE}_changed": f"CREATE TRIGGER {TABLE}_changed AFTER UPDATE ON {TABLE} BEGIN {_TAKE} {_ADD} END",
}
# Without a list of what is not sorted in yet: a search is as fast after a write as before.
_POSTGRES = {
    f"{INDEX}_{name}": f"CREATE INDEX {INDEX}_{name} ON {TABLE} USING gin ({name}) WITH (fastupdate = off)"
    for name in ("words", "stems")
}


def install(connection: Any) -> None:
    """Make what Django cannot: FTS5 and its triggers, or the indexes. What is there stays; nothing without the table.

    A migration that rebuilds the table on SQLite drops its triggers, so it is called after every migration.
    """
    if TABLE not in connection.introspection.table_names():
        return
    wanted = _SQLITE if connection.vendor == "sqlite" else _POSTGRES
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT name FROM sqlite_master WHERE type IN ('table', 'trigger')")
        else:
            cursor.execute("SELECT indexname FROM pg_indexes WHERE tablename = %s", [TABLE])
        lacking = wanted.keys() - {name for (name,) in cursor.fetchall()}
        for name in wanted:
            if name in lacking:
                cursor.execute(wanted[name])
        if lacking and connection.vendor == "sqlite":
            rebuild(cursor)


def rebuild(cursor: Any) -> None:
    """Let FTS5 forget everything and read the table anew: no byte is left of what it had deleted."""
    cursor.execute(f"INSERT INTO {INDEX} ({INDEX}) VALUES ('rebuild')")

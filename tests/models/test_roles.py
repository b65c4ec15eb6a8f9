"""Two logins on PostgreSQL: what docs/postgresql_roles.sql leaves to the one that runs the site."""

# ruff: noqa: S608 -- the statements are made of constants of this file.

import secrets
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.contrib.contenttypes.models import ContentType
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction

from tests import factories as make
from tests.conftest import NOW, World, _world, everything
from tracker import checks
from tracker.actions.history import Act
from tracker.models import HistoryEntry, HistoryValue, Redaction, guards
from tracker.permissions import SYSTEM
from tracker.queries.verify import verify

pytestmark = pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no logins")

SCRIPT = Path(__file__).resolve().parents[2] / "docs" / "postgresql_roles.sql"
E, V, R = "public.tracker_historyentry", "public.tracker_historyvalue", "public.tracker_redaction"


@dataclass
class Site:
    """A database of its own, its two logins, and whom the tests connect as."""

    database: str
    owner: str
    app: str
    password: str
    given: dict[str, Any]

    def connect_as(self, user: str) -> None:
        connection.close()
        connection.settings_dict.update(NAME=self.database, USER=user, PASSWORD=self.password)

    def connect_as_superuser(self) -> None:
        connection.close()
        connection.settings_dict.update(self.given | {"NAME": self.database})

    def set_up(self, **names: str) -> subprocess.CompletedProcess[str]:
        """Run the script as the operator's page says."""
        given = self.given
        place = {"-h": given["HOST"], "-p": str(given["PORT"] or ""), "-U": given["USER"], "-d": self.database}
        named = {"owner": self.owner, "app": self.app} | names
        return subprocess.run(
            [
                "psql",
                "--no-psqlrc",
                *(part for flag, value in place.items() if value for part in (flag, value)),
                *(part for name, value in named.items() for part in ("-v", f"{name}={value}")),
                "-f",
                str(SCRIPT),
            ],
            env={"PGPASSWORD": given["PASSWORD"] or "", "PATH": "/usr/bin:/bin"},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )


def run(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def _why_not() -> str:
    """Return why this cannot be tried here, or nothing."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
        if not cursor.fetchone()[0]:
            return "the tests' login may not make roles and databases"
    return "" if shutil.which("psql") else "psql, with which the script is run, is not installed"


@pytest.fixture(scope="module")
def site(django_db_setup: None, django_db_blocker: Any) -> Iterator[Site]:
    """A site set up as docs/postgresql.md says, on a database of its own; the tests' connection is the app's."""
    with django_db_blocker.unblock():
        if why := _why_not():
            pytest.skip(why)
        mark = secrets.token_hex(4)
        kept = dict(connection.settings_dict)
        made = Site(f"roles_{mark}", f"Owner {mark}", f"app-{mark}", secrets.token_hex(16), kept)
        with connection._nodb_cursor() as cursor:  # type: ignore[attr-defined]
            cursor.execute(f"CREATE DATABASE {made.database}")
            try:
                _migrate(made)
                made.connect_as(made.app)
                yield made
            finally:
                connection.close()
                connection.settings_dict.update(kept)
                ContentType.objects.clear_cache()
                cursor.execute(f"DROP DATABASE {made.database} WITH (FORCE)")
                for role in (made.owner, made.app):
                    cursor.execute(f'DROP ROLE IF EXISTS "{role}"')


def _migrate(made: Site) -> None:
    """Set the logins up in the empty database, then run the migrations as the owner."""
    ended = made.set_up()
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "", "")
    made.connect_as_superuser()
    for role in (made.owner, made.app):
        run(f"""ALTER ROLE "{role}" PASSWORD '{made.password}'""")
    made.connect_as(made.owner)
    ContentType.objects.clear_cache()
    call_command("migrate", verbosity=0)


@pytest.fixture(scope="module")
def world(site: Site) -> World:
    """What every other test works with, filled in by the app's login."""
    with make.together():
        filled = _world()
    filled.published()
    return filled


@pytest.fixture
def as_app(site: Site, django_db_blocker: Any) -> Iterator[Site]:
    with django_db_blocker.unblock():
        yield site
        site.connect_as(site.app)


INSERT = (
    f"INSERT INTO {E} (log, epoch, sequence, time, action, object_kind, object_uuid, request_id, payload, hash) "
    f"SELECT log, epoch, sequence + 5, time, action, object_kind, object_uuid, request_id, payload, md5(hash) FROM {E}"
)
SHADOWS = f"CREATE TEMP TABLE tracker_redaction AS SELECT * FROM {R}"
NOTHING = "RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'"

# {name: statement}; {owner} and {app} are the logins.
REFUSED = {
    "update every entry": f"UPDATE {E} SET action = 'forged'",
    "update no entry": f"UPDATE {E} SET action = 'forged' WHERE false",
    "update only": f"UPDATE ONLY {V} SET new = 'null'",
    "update from": f"UPDATE {V} v SET new = e.time FROM {E} e WHERE e.id = v.entry",
    "delete every entry": f"DELETE FROM {E}",
    "delete every value": f"DELETE FROM {V}",
    "delete using": f"DELETE FROM {V} v USING {E} e WHERE e.id = v.entry",
    "truncate": f"TRUNCATE {E}",
    "truncate with cascade": f"TRUNCATE {V} RESTART IDENTITY CASCADE",
    "truncate anything": "TRUNCATE tracker_itemstate",
    "merge … update": f"MERGE INTO {E} t USING {E} s ON t.id = s.id WHEN MATCHED THEN UPDATE SET action = 'x'",
    "merge … delete": f"MERGE INTO {V} t USING {V} s ON t.id = s.id WHEN MATCHED THEN DELETE",
    "upsert over an entry": f"{INSERT} ON CONFLICT (hash) DO UPDATE SET action = 'forged'",
    "upsert over a value": (
        f"INSERT INTO {V} (entry, field, salt, old, new) SELECT entry, field, salt, old, new FROM {V} "
        "ON CONFLICT (entry, field) DO UPDATE SET new = 'null'"
    ),
    "insert with a gap": INSERT,
    "insert in a block": f"DO $$ BEGIN {INSERT}; END $$",
    "update in a block": f"DO $$ BEGIN UPDATE {E} SET action = 'forged'; END $$",
    "delete in a block": f"DO $$ BEGIN DELETE FROM {V}; END $$",
    "with … delete": f"WITH gone AS (DELETE FROM {V} RETURNING *) SELECT count(*) FROM gone",
    "copy from a program": f"COPY {E} FROM PROGRAM 'true'",
    "copy from a file": f"COPY {V} FROM '/dev/null'",
    "hold entries": f"SELECT id FROM {E} FOR UPDATE",
    "keep everyone out": f"LOCK TABLE {E} IN ACCESS EXCLUSIVE MODE",
    "replica mode": "SET session_replication_role = replica",
    "replica mode for this login": 'ALTER ROLE "{app}" SET session_replication_role = replica',
    "disable one trigger": f"ALTER TABLE {E} DISABLE TRIGGER tracker_historyentry_no_update",
    "disable every trigger": f"ALTER TABLE {V} DISABLE TRIGGER ALL",
    "disable triggers of users": f"ALTER TABLE {R} DISABLE TRIGGER USER",
    "trigger not always": f"ALTER TABLE {E} ENABLE TRIGGER tracker_historyentry_no_delete",
    "drop a trigger": f"DROP TRIGGER tracker_historyentry_no_update ON {E}",
    "drop the redaction's trigger": f"DROP TRIGGER tracker_redaction_carries_out ON {R}",
    "rename a trigger": f"ALTER TRIGGER tracker_historyvalue_no_update ON {V} RENAME TO x",
    "add a trigger": f"CREATE TRIGGER a BEFORE INSERT ON {E} FOR EACH ROW EXECUTE FUNCTION tracker_history_redact()",
    "add a rule": f"CREATE RULE a AS ON INSERT TO {E} DO INSTEAD NOTHING",
    "add a policy": f"CREATE POLICY a ON {E} USING (false)",
    "row security": f"ALTER TABLE {E} ENABLE ROW LEVEL SECURITY",
    "add a column": f"ALTER TABLE {E} ADD COLUMN note text",
    "change a column": f"ALTER TABLE {V} ALTER COLUMN new TYPE text USING 'null'",
    "rename the table": f"ALTER TABLE {E} RENAME TO elsewhere",
    "another schema": f"ALTER TABLE {E} SET SCHEMA pg_temp",
    "another owner": f'ALTER TABLE {E} OWNER TO "{{app}}"',
    "inherit": f"ALTER TABLE {V} INHERIT {E}",
    "drop the entries": f"DROP TABLE {E} CASCADE",
    "drop an index": "DROP INDEX public.history_of_object",
    "add an index": f"CREATE UNIQUE INDEX ON {E} (action)",
    "replace a guard's function": f"CREATE OR REPLACE FUNCTION public.tracker_history_refuse() {NOTHING}",
    "replace the function that keeps": f"CREATE OR REPLACE FUNCTION public.tracker_history_keep() {NOTHING}",
    "change a guard's function": "ALTER FUNCTION public.tracker_history_follows() RESET ALL",
    "drop a guard's function": "DROP FUNCTION public.tracker_history_refuse() CASCADE",
    "a function of one's own": f"CREATE FUNCTION public.mine() {NOTHING}",
    "a function that is gone after": f"CREATE FUNCTION pg_temp.mine() {NOTHING}",
    "a table of one's own": "CREATE TABLE public.mine (id int)",
    "a view of one's own": f"CREATE VIEW public.mine AS SELECT * FROM {E}",
    "a schema of one's own": 'CREATE SCHEMA "{app}"',
    "the schema renamed": "ALTER SCHEMA public RENAME TO elsewhere",
    "a temporary table before ours": SHADOWS,
    "a temporary view before ours": f"CREATE TEMP VIEW tracker_historyentry AS SELECT * FROM {E} LIMIT 0",
    "a child of the history": f"CREATE TEMP TABLE mine () INHERITS ({E})",
    "become the owner": 'SET ROLE "{owner}"',
    "begin again as the owner": 'SET SESSION AUTHORIZATION "{owner}"',
    "belong to the owner": 'GRANT "{owner}" TO "{app}"',
    "become superuser": 'ALTER ROLE "{app}" SUPERUSER',
    "take over what is the owner's": 'REASSIGN OWNED BY "{owner}" TO "{app}"',
    "drop what is the owner's": 'DROP OWNED BY "{owner}"',
    "default rights of the owner": 'ALTER DEFAULT PRIVILEGES FOR ROLE "{owner}" GRANT ALL ON TABLES TO "{app}"',
    "grant oneself, then delete": f'GRANT DELETE ON {E} TO "{{app}}"; DELETE FROM {E}',
    "the database's settings": "ALTER DATABASE {database} SET session_replication_role = replica",
    "replica mode by a function": "SELECT set_config('session_replication_role', 'replica', false)",
    "triggers in the catalogue": "UPDATE pg_trigger SET tgenabled = 'D'",
    "triggers out of the catalogue": f"DELETE FROM pg_trigger WHERE tgrelid = '{E}'::regclass",
    "functions in the catalogue": "UPDATE pg_proc SET prosrc = 'BEGIN RETURN NULL; END'",
    "rights in the catalogue": "UPDATE pg_class SET relacl = NULL",
    "numbers from the start": f"SELECT setval(pg_get_serial_sequence('{E}', 'id'), 1)",
    "numbers again": "ALTER SEQUENCE public.tracker_historyentry_id_seq RESTART",
    "an extension": "CREATE EXTENSION file_fdw",
    "an event trigger": "CREATE EVENT TRIGGER a ON ddl_command_start EXECUTE FUNCTION tracker_history_refuse()",
    "a file of the server": "SELECT pg_read_file('PG_VERSION')",
}
# Insufficient privilege; a guard's own refusal; a schema that one cannot have.
STATES = {"42501", "P0001"}


def assert_refused(statement: str) -> None:
    before = everything()
    with pytest.raises(DatabaseError) as caught, transaction.atomic():
        run(statement)
    assert getattr(caught.value.__cause__, "sqlstate", None) in STATES, caught.value
    assert everything() == before


@pytest.mark.parametrize("name", REFUSED)
def test_app_is_refused(as_app: Site, world: World, name: str) -> None:
    if name.startswith("merge") and connection.pg_version < 150000:
        pytest.skip("MERGE came with PostgreSQL 15")
    statement = REFUSED[name]
    for word in ("owner", "app", "database"):
        statement = statement.replace(f"{{{word}}}", getattr(as_app, word))

    assert_refused(statement)

    assert guards.missing(connection) == []


def test_enough_statements_are_tried() -> None:
    assert len(REFUSED) >= 20


@pytest.fixture
def with_temporary_tables(as_app: Site) -> Iterator[None]:
    """The app as it is where someone gave it what the script takes away: temporary tables."""
    as_app.connect_as_superuser()
    run(f'GRANT TEMPORARY ON DATABASE {as_app.database} TO "{as_app.app}"')
    as_app.connect_as(as_app.app)
    yield
    as_app.connect_as_superuser()
    run(f'REVOKE TEMPORARY ON DATABASE {as_app.database} FROM "{as_app.app}"')
    as_app.connect_as(as_app.app)


SHADOWED = {
    "delete what a redaction of one's own names": f"{SHADOWS}; DELETE FROM {V}",
    "insert after entries of one's own": (
        f"CREATE TEMP TABLE tracker_historyentry AS SELECT * FROM {E} LIMIT 0; {INSERT}"
    ),
    "with pg_temp first": f"{SHADOWS}; SET search_path = pg_temp, public; DELETE FROM {V}",
    "hang the owner's function on a table of one's own": (
        "CREATE TEMP TABLE mine (state text, log text, places jsonb); "
        "CREATE TRIGGER a AFTER UPDATE ON mine FOR EACH ROW EXECUTE FUNCTION public.tracker_history_redact()"
    ),
    "hide a function that a guard calls": (
        "CREATE FUNCTION pg_temp.jsonb_array_elements(jsonb) RETURNS SETOF jsonb LANGUAGE sql AS 'SELECT $1'; "
        f"SET search_path = pg_temp, pg_catalog, public; DELETE FROM {V}"
    ),
}


@pytest.mark.parametrize("name", SHADOWED)
def test_tables_of_ones_own_before_ours_help_nothing(with_temporary_tables: None, world: World, name: str) -> None:
    assert_refused(SHADOWED[name])


# --- What goes on working


def test_app_does_an_ordinary_act_and_the_history_verifies(as_app: Site, world: World) -> None:
    before = HistoryEntry.objects.count()

    world.published(world.items[1])

    assert HistoryEntry.objects.count() > before
    assert verify().faults == []


def test_app_carries_a_redaction_out(as_app: Site, world: World) -> None:
    item = world.items[0]
    entry = HistoryEntry.objects.filter(object_uuid=item.uuid)[0]
    value = HistoryValue.objects.filter(entry=entry.pk, field="level")
    withdrawn = verify().withdrawn
    with Act("propose_redaction", actor=SYSTEM, at=NOW) as act:
        proposed = act.add(
            Redaction(
                alliance=world.alliance,
                log=str(world.alliance.uuid),
                object_kind=item.KIND,
                object_uuid=item.uuid,
                field="level",
                ground="child",
                places=[[entry.sequence, "level"]],
            )
        )
    assert value.exists()

    with Act("carry_out_redaction", actor=SYSTEM, at=NOW) as act:
        act.change(act.lock(proposed), state="done")

    assert not value.exists()
    verdict = verify()
    assert (verdict.faults, verdict.withdrawn) == ([], withdrawn + 1)


def test_app_finds_the_guards_and_starts(as_app: Site, world: World) -> None:
    assert guards.missing(connection) == []
    checks.require_guards()
    assert checks.site_does_not_own_the_history(None) == []


def test_login_that_owns_the_history_is_warned_of(as_app: Site) -> None:
    as_app.connect_as(as_app.owner)

    [warning] = checks.site_does_not_own_the_history(None)

    assert (warning.id, warning.level) == ("tracker.W004", 30)


def test_rights_given_by_hand_stop_the_start_and_migrate_takes_them_away(as_app: Site) -> None:
    as_app.connect_as(as_app.owner)
    run(f'GRANT UPDATE, TRIGGER ON {E} TO "{as_app.app}"')
    run(f"GRANT DELETE ON {V} TO PUBLIC")
    as_app.connect_as(as_app.app)
    assert guards.missing(connection) == [
        f'tracker_historyentry without rights of "{as_app.app}" to change it',
        "tracker_historyvalue without rights of PUBLIC to change it",
    ]

    as_app.connect_as(as_app.owner)
    call_command("migrate", verbosity=0)

    as_app.connect_as(as_app.app)
    assert guards.missing(connection) == []


def test_table_of_a_later_migration_is_the_apps_to_write(as_app: Site) -> None:
    as_app.connect_as(as_app.owner)
    run("CREATE TABLE later (id bigint GENERATED BY DEFAULT AS IDENTITY, old_id serial, word text)")
    as_app.connect_as(as_app.app)

    for statement in ("INSERT INTO later (word) VALUES ('x')", "UPDATE later SET word = 'y'", "DELETE FROM later"):
        run(statement)
    assert_refused("TRUNCATE later")
    as_app.connect_as(as_app.owner)
    run("DROP TABLE later")


# --- The script


def test_script_may_be_run_again_and_takes_over_what_another_login_made(as_app: Site, world: World) -> None:
    as_app.connect_as_superuser()
    run("CREATE TABLE before (id int)")
    run(f'GRANT TRUNCATE, TRIGGER ON {E} TO "{as_app.app}"')
    run(f'GRANT CREATE ON SCHEMA public TO "{as_app.app}"')

    ended = as_app.set_up()

    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "", "")
    as_app.connect_as(as_app.app)
    assert guards.missing(connection) == []
    for name in ("truncate", "a table of one's own", "delete every value"):
        assert_refused(REFUSED[name])
    as_app.connect_as(as_app.owner)
    run("DROP TABLE before")


@pytest.mark.parametrize("named", ["superuser", "owner", "member"])
def test_script_refuses_logins_that_stand_above_it(as_app: Site, named: str) -> None:
    as_app.connect_as_superuser()
    user = str(as_app.given["USER"])
    if named == "member":
        run(f'GRANT "{as_app.owner}" TO "{as_app.app}"')

    ended = as_app.set_up(**({} if named == "member" else {"app": user if named == "superuser" else as_app.owner}))

    assert ended.returncode == 3
    words = {"superuser": "may be a superuser", "owner": "two logins", "member": "member of no other role"}
    assert words[named] in ended.stderr
    run(f'REVOKE "{as_app.owner}" FROM "{as_app.app}"')

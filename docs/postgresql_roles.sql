-- Two logins for the tracker's database: the owner migrates, the app runs the site. See docs/postgresql.md.
--
--   psql -v owner=tracker_owner -v app=tracker_app -f docs/postgresql_roles.sql tracker
--
-- Run it as a superuser, in the tracker's own database, before the first migration or at any time later. It may be run
-- again: it ends in the same state, or changes nothing and says why.

\set ON_ERROR_STOP on
\set QUIET on

BEGIN;

SELECT format('CREATE ROLE %I LOGIN', name) FROM unnest(ARRAY[:'owner', :'app']) AS name
WHERE name NOT IN (SELECT rolname FROM pg_roles) \gexec

-- Nothing below helps against a login that stands above all rights. Blocks see settings, not psql's variables.
SELECT set_config('tracker.owner', :'owner', true) AS owner_named, set_config('tracker.app', :'app', true) AS app_named \gset
DO $$
DECLARE owner text := current_setting('tracker.owner');
DECLARE app text := current_setting('tracker.app');
BEGIN
    IF owner = app THEN RAISE EXCEPTION 'owner and app must be two logins'; END IF;
    IF EXISTS (
        SELECT FROM pg_roles WHERE rolname IN (owner, app)
        AND (rolsuper OR rolreplication OR rolbypassrls OR rolcreaterole)
    ) THEN RAISE EXCEPTION 'neither % nor % may be a superuser, replicate, bypass row security or make roles', owner, app;
    END IF;
    IF EXISTS (SELECT FROM pg_auth_members JOIN pg_roles ON pg_roles.oid = member WHERE rolname = app)
    THEN RAISE EXCEPTION '% must be a member of no other role', app; END IF;
END $$;

-- The owner: the database, its schema, and whatever another login made there before.
SELECT format('ALTER DATABASE %I OWNER TO %I', current_database(), :'owner') \gexec
ALTER SCHEMA public OWNER TO :"owner";
SELECT format('ALTER TABLE %s OWNER TO %I', oid::regclass, :'owner') FROM pg_class
WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v', 'm')
AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = pg_class.oid AND deptype = 'e') \gexec
SELECT format('ALTER ROUTINE %s OWNER TO %I', oid::regprocedure, :'owner') FROM pg_proc
WHERE pronamespace = 'public'::regnamespace
AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = pg_proc.oid AND deptype = 'e') \gexec

-- Nobody else makes anything there, temporary tables included: those could hide real ones.
SELECT format('REVOKE CREATE, TEMPORARY ON DATABASE %I FROM PUBLIC', current_database()) \gexec
SELECT format('REVOKE ALL ON DATABASE %I FROM %I', current_database(), :'app') \gexec
SELECT format('GRANT CONNECT ON DATABASE %I TO %I', current_database(), :'app') \gexec
REVOKE ALL ON SCHEMA public FROM PUBLIC, :"app";
GRANT USAGE ON SCHEMA public TO :"app";

-- The app: rows, and no more. Not TRUNCATE, TRIGGER or REFERENCES; numbers are drawn, never set.
REVOKE ALL ON ALL TABLES IN SCHEMA public FROM PUBLIC, :"app";
REVOKE ALL ON ALL SEQUENCES IN SCHEMA public FROM PUBLIC, :"app";
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO :"app";
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO :"app";

-- The history is read and added to. Where it is not there yet, migrate does the same once it has made it.
SELECT format('REVOKE UPDATE, DELETE ON %s FROM %I', oid::regclass, :'app') FROM pg_class
WHERE oid IN (to_regclass('public.tracker_historyentry'), to_regclass('public.tracker_historyvalue')) \gexec

-- The same for the tables of later migrations.
ALTER DEFAULT PRIVILEGES FOR ROLE :"owner" IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO :"app";
ALTER DEFAULT PRIVILEGES FOR ROLE :"owner" IN SCHEMA public GRANT USAGE ON SEQUENCES TO :"app";

COMMIT;

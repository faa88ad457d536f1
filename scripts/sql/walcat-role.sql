-- The role that walcat works as, with no right more than it needs, and its publication. Run by a
-- superuser in the database whose changes are to be read; safe to run again.
--
-- psql -d DATABASE [-v role=NAME] [-v publication=NAME] [-v schemas=a,b] -f walcat-role.sql
--   role         default walcat. No password is set: use \password, a client certificate or peer.
--   publication  default cdckit: of all tables in the schemas, new ones included. Empty: none.
--   schemas      default public.
\set ON_ERROR_STOP on
\if :{?role} \else \set role walcat \endif
\if :{?publication} \else \set publication cdckit \endif
\if :{?schemas} \else \set schemas public \endif

SELECT format('CREATE ROLE %I LOGIN', :'role')
 WHERE NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = :'role') \gexec
-- nothing that an earlier life of the role may have left; a slot and its stream need REPLICATION
ALTER ROLE :"role" LOGIN REPLICATION NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS;
SELECT format('GRANT CONNECT ON DATABASE %I TO %I', current_database(), :'role') \gexec

-- the snapshot reads tables; the stream needs no right on them
SELECT statement
  FROM regexp_split_to_table(:'schemas', '\s*,\s*') AS name,
       LATERAL (VALUES
         (format('GRANT USAGE ON SCHEMA %I TO %I', name, :'role')),
         (format('GRANT SELECT ON ALL TABLES IN SCHEMA %I TO %I', name, :'role')),
         (format('ALTER DEFAULT PRIVILEGES IN SCHEMA %I GRANT SELECT ON TABLES TO %I', name, :'role'))
       ) AS grants(statement) \gexec

SELECT format('CREATE PUBLICATION %I FOR TABLES IN SCHEMA %s', :'publication',
              (SELECT string_agg(quote_ident(name), ', ')
                 FROM regexp_split_to_table(:'schemas', '\s*,\s*') AS name))
 WHERE :'publication' <> ''
   AND NOT EXISTS (SELECT 1 FROM pg_publication WHERE pubname = :'publication') \gexec

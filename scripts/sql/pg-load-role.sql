-- The role that pg-load works as, with no right more than it needs. Run by a superuser in the database
-- that is loaded; safe to run again.
--
-- psql -d DATABASE [-v role=NAME] [-v schemas=a,b] [-v create=1] -f pg-load-role.sql
--   role     default loader. No password is set: use \password, a client certificate or peer.
--   schemas  default public: their tables are read and written, new ones included.
--   create   1: it may also make tables there (--create); without it the tables are yours.
\set ON_ERROR_STOP on
\if :{?role} \else \set role loader \endif
\if :{?schemas} \else \set schemas public \endif
\if :{?create} \else \set create 0 \endif

SELECT format('CREATE ROLE %I LOGIN', :'role')
 WHERE NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = :'role') \gexec
ALTER ROLE :"role" LOGIN NOREPLICATION NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS;
-- a batch is staged in a temporary table
SELECT format('GRANT CONNECT, TEMPORARY ON DATABASE %I TO %I', current_database(), :'role') \gexec

SELECT statement
  FROM regexp_split_to_table(:'schemas', '\s*,\s*') AS name,
       LATERAL (VALUES
         (format('GRANT USAGE%s ON SCHEMA %I TO %I', CASE WHEN :'create' = '1' THEN ', CREATE' ELSE '' END, name, :'role')),
         (format('GRANT SELECT, INSERT, UPDATE, DELETE, TRUNCATE ON ALL TABLES IN SCHEMA %I TO %I', name, :'role')),
         (format('GRANT USAGE ON ALL SEQUENCES IN SCHEMA %I TO %I', name, :'role')),
         (format('ALTER DEFAULT PRIVILEGES IN SCHEMA %I GRANT SELECT, INSERT, UPDATE, DELETE, TRUNCATE ON TABLES TO %I', name, :'role')),
         (format('ALTER DEFAULT PRIVILEGES IN SCHEMA %I GRANT USAGE ON SEQUENCES TO %I', name, :'role'))
       ) AS grants(statement) \gexec

-- where the positions of sources are kept, in the same transaction as the rows
SELECT format('CREATE SCHEMA IF NOT EXISTS cdckit AUTHORIZATION %I', :'role') \gexec

-- The role that a loader needs, and no more: it makes its journal and mirror tables itself and owns
-- them, so it may write, merge and evolve them.
create role if not exists CDC_LOADER;
grant usage on database CDC to role CDC_LOADER;
grant usage on schema CDC.RAW to role CDC_LOADER;
grant create table on schema CDC.RAW to role CDC_LOADER;
grant create pipe on schema CDC.RAW to role CDC_LOADER;
grant usage on warehouse COMPUTE_WH to role CDC_LOADER;
grant role CDC_LOADER to role SYSADMIN;

-- analysts read, whatever tables come
create role if not exists CDC_READER;
grant usage on database CDC to role CDC_READER;
grant usage on schema CDC.RAW to role CDC_READER;
grant select on future tables in schema CDC.RAW to role CDC_READER;
grant role CDC_READER to role SYSADMIN;

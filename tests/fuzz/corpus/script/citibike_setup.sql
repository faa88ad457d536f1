-- statements: use use create create use create create create copy grant grant
-- a workshop's first script: warehouse, stage, file format, first load
use role SYSADMIN;
USE WAREHOUSE compute_wh; -- resume when it sleeps
CREATE OR REPLACE DATABASE citibike COMMENT = 'trips; stations & more';
create schema if not exists citibike.demo;
use schema citibike.demo;
create or replace table trips (
  tripduration integer, starttime timestamp, start_station_name string, -- the; station
  bikeid integer, gender integer /* 0; unknown */ );
create or replace stage trips_stage url = 's3://some-bucket/trips/'; // public; no login
create or replace file format csv type = csv compression = auto field_delimiter = ','
  record_delimiter = '\n' skip_header = 0 field_optionally_enclosed_by = '\042' trim_space = false
  null_if = ('', 'NULL;', '\\N');
copy into trips from @trips_stage pattern = '.*[.]csv[.]gz' file_format = (format_name = csv) on_error = 'skip_file_10%';
grant usage on database citibike to role analyst; grant select on all tables in schema citibike.demo to role analyst
;
-- done; nothing follows
/* end; of script */
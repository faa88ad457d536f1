-- statements: create create create alter create drop truncate comment show describe
create or replace pipe raw.events_pipe auto_ingest = true comment = 'in; out' as
  copy into raw.events from (select $1:id::number, $1:"odd;key"::string, metadata$filename, $2 from @raw.stage/path/ t)
  file_format = (type = json strip_outer_array = true);
create or replace pipe p2 as copy into t from table(data_source(type => 'STREAMING')) match_by_column_name = case_insensitive;
create external table ext (d date as to_date(split_part(metadata$filename, '/', 2), 'YYYY;MM')) partition by (d) location = @s file_format = (type = parquet);
alter table raw.events set error_logging = true, enable_schema_evolution = true;
create or replace sequence s start = 1 increment = 1 order;
drop table if exists raw."old;events" cascade;
truncate table if exists raw.events_2020;
comment on column raw.events.id is 'the; key';
show tables like '%;%' in schema raw;
describe table raw.events
/* end; of script */
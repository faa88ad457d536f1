-- statements: create create alter create alter create create grant create
create or replace masking policy email_mask as (val string) returns string ->
  case
    when current_role() in ('PII_ADMIN') then val
    when is_role_in_session('SUPPORT') then regexp_replace(val, '.+\@', '*****@')
    else '*** masked; ***'
  end;
create or replace row access policy region_policy as (region varchar) returns boolean ->
  'ADMIN' = current_role() or exists (select 1 from region_map where role = current_role() and r = region);
alter table customers modify column email set masking policy email_mask;
create tag if not exists cost_center allowed_values 'a;b', 'c' comment = 'who; pays';
alter warehouse etl_wh set tag cost_center = 'a;b';
create network rule allow_office type = ipv4 value_list = ('192.0.2.0/24') mode = ingress;
create or replace resource monitor monthly with credit_quota = 100 frequency = monthly start_timestamp = immediately
  triggers on 80 percent do notify on 100 percent do suspend;
grant create schema, usage on database d to role r with grant option;
create or replace session policy p session_idle_timeout_mins = 30 comment = 'it''s; short';
/* end; of script */
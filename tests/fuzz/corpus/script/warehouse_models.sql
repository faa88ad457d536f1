-- statements: create create create insert update merge delete create
create or replace transient table stg_orders as
with source as (select * from raw.orders), -- one; row an order
renamed as (
  select id as order_id, status, "end" as end_date, begin as begin_date, t.value:items[0].sku::string as sku
  from source, lateral flatten(input => payload:lines, outer => true) t
)
select * from renamed where status not in ('returned; late', 'lost') qualify row_number() over (partition by order_id order by end_date) = 1;
create or replace secure view dim_customer (id comment 'key; of all', name) comment = 'customers' as
select id, iff(deleted, '(gone)', name) from stg_customers where valid_to is null;
create or replace dynamic table fct_orders target_lag = '5 minutes' warehouse = wh refresh_mode = incremental as
select o.*, c.name from stg_orders o join dim_customer c on c.id = o.customer_id;
insert into log select current_timestamp(), $$it's; fine$$, parse_json('{"a;b": [1, 2]}'), 'a\'b;c', e'\n;';
update dim_customer set name = case id when 1 then 'a;b' else name end where begin_at <= end_at;
merge into t using s on t.a = s.a when matched then update set t.begin = s.begin when not matched then insert (a) values (s.a);
delete from t using s where t.a = s.a and s."commit;" = 1;
create or replace table fct_end as select * from (select 1 as case_id, 2 as loop_count) as begin_end
/* end; of script */
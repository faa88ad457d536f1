-- statements: create create create create alter alter execute
create or replace stream orders_stream on table raw.orders append_only = true show_initial_rows = true;
create or replace task root_task
  warehouse = etl_wh
  schedule = 'USING CRON 0 2 * * SUN America/Los_Angeles'
  user_task_timeout_ms = 3600000
as
  call system$wait(1);
create or replace task fold_task
  warehouse = etl_wh
  after root_task
  when system$stream_has_data('ORDERS_STREAM') and current_date() > '2020-01-01'
as
begin
  begin transaction;
  merge into core.orders t using (select * from orders_stream qualify row_number() over (partition by id order by seq desc) = 1) s
    on t.id = s.id
    when matched and s.op = 'd' then delete
    when matched then update set v = s.v
    when not matched and s.op <> 'd' then insert (id, v) values (s.id, s.v);
  insert into audit select 'fold', current_timestamp(), case when exists (select 1 from core.orders) then 'rows' else 'none' end;
  commit;
end;
create or replace alert late_orders warehouse = etl_wh schedule = '5 minute'
  if (exists (select 1 from core.orders where due < current_timestamp()))
  then begin
    call system$send_email('ops', 'a@b.example', 'late; orders', 'see core.orders');
    insert into alerts values ('late');
  end;
alter task fold_task resume;
alter task root_task resume;
execute task root_task;
/* end; of script */
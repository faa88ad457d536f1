-- statements: alter create create alter with declare begin create begin insert commit show create grant select
-- Bodies that come late, stand in one another or carry names like keywords.
alter alert billing.spend_alert modify action begin
  insert into billing.alerts (sent_at) values (current_timestamp()); -- one; row
  call system$send_email('ops', 'ops@example.org', 'Spend; too high', 'see dashboard');
end;

create or replace task billing.rollup
  warehouse = transforming schedule = 'using cron 0 3 * * * UTC'
  when system$stream_has_data('BILLING.USAGE_STREAM')
  execute as user billing_bot
as declare
  rows_done integer default 0;
begin
  merge into billing.daily t using (select day, sum(case when kind = 'x' then cost else 0 end) as total,
    min(begin) as first_begin, max(end) as last_end from billing.usage_stream group by day) s
    on t.day = s.day when matched then update set t.total = s.total;
  rows_done := sqlrowcount;
  case (rows_done)
    when 0 then repeat rows_done := rows_done + 1; until (rows_done > 2) end repeat;
    else
      begin
        begin transaction; insert into billing.log values (:rows_done); commit;
      exception
        when other then begin rollback; raise; end;
      end;
  end case;
end;

create or replace procedure billing.close_month(month date) returns table (begin date, end date)
language sql execute as restricted caller as
declare
  helper procedure (d date) returns date language sql as declare r date; begin r := d; return r; end;
  c cursor for select begin, end from billing.periods where begin < end;
begin
  open c;
  create or replace task billing.follow_up as begin call billing.a(); call billing.b(); end;
  return table(resultset_from_cursor(c));
end;
alter task billing.rollup resume; // the root comes last;

with adjust as procedure (by_rows float) returns float language sql as
begin let x := by_rows * 2; return x; end
call adjust(1.5);

declare x integer; begin let y := x; return y; end;
begin; -- a transaction, no block;
create function billing.f() returns int as$$ select 1; $$;
begin work;
insert into billing.t (begin, "end;") values ('; $$', $1);
commit;
show tables in schema billing;
create table billing.tables as select * from table(result_scan(last_query_id()));
grant all on procedure billing.close_month(date) to role finance;
select begin, end as declare, case when begin then end end as case_end from billing.periods
/* end; of script */
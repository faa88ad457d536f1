-- statements: create create declare begin execute create select
create or replace procedure load_all(day date)
returns table (name string, rows_loaded number)
language sql
as
declare
  c cursor for select table_name from information_schema.tables where table_schema = 'RAW';
  total number default 0;
  bad exception (-20001, 'nothing; was loaded');
begin
  for record in c do
    let name string := record.table_name;
    begin
      execute immediate 'insert into LOADED select ''' || name || ''', count(*) from RAW.' || name || ';';
      total := total + sqlrowcount;
    exception
      when statement_error then
        insert into FAILED values (:name, :sqlerrm);
      when other then raise;
    end;
  end for;
  if (total = 0) then
    raise bad;
  elseif (total < 10) then
    case (total) when 1 then total := case when day is null then 0 else 1 end; else null; end case;
  end if;
  while (total > 100) do total := total - 1; end while;
  repeat total := total - 1; until (total < 50) end repeat;
  loop total := total - 1; if (total < 0) then break; end if; end loop;
  let r resultset := (select name, rows_loaded from LOADED);
  return table(r);
end;
create or replace procedure no_body_marks() returns string not null language sql execute as caller as begin return 'a; b'; end;
declare
  x int default 1;
begin
  begin transaction;
  insert into t values (:x);
  commit;
exception
  when other then
    rollback;
    raise;
end;
begin
  select 1;
end;
execute immediate
$$
begin
  let n int := 5;
  return n;
end;
$$;
create procedure old_style() returns int language sql as '
begin
  return 1;
end;
';
select 1 as begin_date, 2 as "end", t.end, max(case when a then b end) as e from t
/* end; of script */
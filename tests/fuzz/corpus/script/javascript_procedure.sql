-- statements: create call create select
create or replace procedure clean_up(TABLE_NAME string, DAYS float)
returns string
language javascript
strict
execute as owner
as
$$
  // not sql; at all
  const text = `delete from ${TABLE_NAME} where ts < dateadd(day, -${DAYS}, current_date());`;
  try { snowflake.execute({sqlText: text}); return "done; " + text; }
  catch (err) { return 'failed: ' + err.message.replace(/'/g, "''") + ";"; }
$$;
call clean_up('RAW.EVENTS', 30);
create or replace function add_tax(price float) returns float language javascript as 'return PRICE * 1.19; // gross';
select add_tax(10) as "gross; price", '$$ no body', $$one; text$$, system$typeof(1);
/* end; of script */
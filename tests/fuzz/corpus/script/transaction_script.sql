-- statements: begin insert update commit begin delete rollback start insert commit set unset alter use
BEGIN;
insert into accounts values (1, 100);
update accounts set balance = balance - 1 where id = 1;
COMMIT;
begin transaction name t1;
delete from accounts where id = 2;
ROLLBACK;
start transaction;
insert into accounts select 3, 4;
commit work;
set (a, b) = (select 1, 'x;y');
unset a;
alter session set query_tag = 'a;b', timezone = 'UTC';
use secondary roles all
/* end; of script */
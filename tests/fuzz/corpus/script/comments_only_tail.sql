-- statements: select select
/* header; with
   semicolons; */
select /* inner; */ 1 -- tail; of a line
; // slashes; too
select 'http://not.a/comment;' as url, '-- nor this;' as dashes, "/* nor; this */" as name;;
; -- c
/* end; without newline */
/* end; of script */
// The questions of Catalog as they stand; {..} are holes for pieces that others ask for too.
#pragma once

namespace cdckit::walcat {

// What one publication shows by way of its root comes so from all of them: no partition beside its
// root.
inline constexpr const char* kPublishedTables = R"(
  WITH shown AS (
    SELECT c.oid, n.nspname, c.relname, c.relreplident, c.relkind = 'p' AS is_root,
           coalesce(min(p.attnames::text), '{}'), bool_or(p.rowfilter IS NULL),
           string_agg(DISTINCT '(' || p.rowfilter || ')', ' OR ')
      FROM pg_publication_tables p
      JOIN pg_namespace n ON n.nspname = p.schemaname
      JOIN pg_class c ON c.relname = p.tablename AND c.relnamespace = n.oid
     WHERE p.pubname = ANY($1::name[])
     GROUP BY 1, 2, 3, 4, 5)
  SELECT * FROM shown
   WHERE NOT EXISTS (SELECT FROM pg_partition_ancestors(shown.oid) a
                      WHERE a.relid <> shown.oid AND a.relid IN (SELECT oid FROM shown))
   ORDER BY 2, 3)";

// The types of the columns and, again and again, what they are made of.
inline constexpr const char* kTypes = R"(
  WITH RECURSIVE part(oid) AS (
    SELECT unnest($1::oid[])
    UNION
    SELECT inner_part.oid
      FROM part JOIN pg_type t ON t.oid = part.oid CROSS JOIN LATERAL (
        SELECT t.typbasetype AS oid WHERE t.typtype = 'd'
        UNION ALL
        SELECT t.typelem
         WHERE t.typelem <> 0 AND t.typsubscript = 'array_subscript_handler'::regproc
        UNION ALL
        SELECT a.atttypid FROM pg_attribute a
         WHERE t.typtype = 'c' AND a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped
      ) inner_part)
  SELECT t.oid, t.typtype, t.typbasetype,
         CASE WHEN t.typsubscript = 'array_subscript_handler'::regproc THEN t.typelem ELSE 0 END,
         coalesce(e.typdelim, ','),
         (SELECT p.proname FROM pg_cast c JOIN pg_proc p ON p.oid = c.castfunc
           WHERE c.castsource = t.oid AND c.casttarget = 'json'::regtype AND t.oid >= 16384),
         t.typname, t.typcategory = 'S', t.typtypmod,
         CASE WHEN t.typtype = 'e' THEN
           (SELECT array_agg(l.enumlabel::text ORDER BY l.enumsortorder) FROM pg_enum l
             WHERE l.enumtypid = t.oid) END
    FROM part JOIN pg_type t USING (oid) LEFT JOIN pg_type e ON e.oid = t.typelem)";

// $2: a transaction; a primary key that is younger is not its concern, unless the key came with the
// table: a transaction of a smaller number may well write into a table that was made after it
// began.
inline constexpr const char* kKeys = R"(
  SELECT a.attname, i.indisprimary, i.indisreplident, EXISTS (
           SELECT 1 FROM pg_constraint p
            WHERE p.conindid = i.indexrelid AND p.contype = 'p' AND $2 <> '0'
              AND age(p.xmin) < age($2::text::xid) AND p.xmin <> (
                SELECT t.xmin FROM pg_class c JOIN pg_type t ON t.oid = c.reltype
                 WHERE c.oid = p.conrelid))
    FROM pg_index i CROSS JOIN unnest({key}) WITH ORDINALITY k(number, place)
    JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.number
   WHERE i.indrelid = $1::oid AND (i.indisprimary OR i.indisreplident)
   ORDER BY i.indexrelid, k.place)";

// 15 lists generated columns as published, but only 18 and newer can send them.
// {key}: the numbers of the key's columns.
inline constexpr const char* kRelation = R"(
  SELECT a.attname, a.atttypid, a.atttypmod,
         (c.relreplident = 'f' OR coalesce(a.attnum = ANY({key}), false)), a.attgenerated <> ''
    FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
    LEFT JOIN pg_index i ON i.indrelid = c.oid
         AND CASE c.relreplident WHEN 'd' THEN i.indisprimary WHEN 'i' THEN i.indisreplident
             ELSE false END
   WHERE c.oid = $1::oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attname = ANY($2::name[])
     AND (a.attgenerated = '' OR current_setting('server_version_num')::int >= 180000)
   ORDER BY a.attnum)";

// NOT NULL counts when it held in transaction $2 already, and for the rows that were there before.
// What rows have that are older than the column stands with the tables that hold them; partitions
// may have forgotten it. A publication that lists columns may show one that is no younger than the
// rows.
inline constexpr const char* kAttributes = R"(
  SELECT a.attname, a.atttypid, a.attisdropped,
         a.attnotnull AND ($2 = '0' OR age(a.xmin) >= age($2::text::xid)) AND NOT EXISTS (
           SELECT 1 FROM pg_constraint n
            WHERE n.conrelid = a.attrelid AND n.contype = 'n' AND NOT n.convalidated
              AND a.attnum = ANY(n.conkey)),
         a.attndims, pg_get_expr(d.adbin, d.adrelid),
         (SELECT CASE WHEN count(DISTINCT old.value) = 1 THEN ARRAY[min(old.value)] END
            FROM (SELECT array_to_string(l.attmissingval, '') AS value FROM pg_attribute l
                   WHERE l.attname = a.attname AND l.atthasmissing
                     AND (l.attrelid = a.attrelid OR l.attrelid IN
                           (SELECT part.relid FROM pg_partition_tree(a.attrelid) part))) old
           WHERE NOT EXISTS (
             SELECT FROM pg_publication_rel r
              WHERE to_jsonb(r) ->> 'prattrs' IS NOT NULL
                AND (r.prrelid = a.attrelid OR r.prrelid IN
                      (SELECT up.relid FROM pg_partition_ancestors(a.attrelid) up)))),
         a.xmin, pg_snapshot_xmax(pg_current_snapshot())::text::bigint & 4294967295
    FROM pg_attribute a LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
   WHERE a.attrelid = $1::oid AND a.attnum > 0 AND a.attgenerated = '' ORDER BY a.attnum)";
// How a composite looked to transaction $2: attributes that are as they were made or changed before
// it. A value of it has as many fields, unless one was changed since; whoever prints it counts.
inline constexpr const char* kFields = R"(
  SELECT t.oid, a.attname, a.atttypid, a.xmin,
         a.xmin = t.xmin OR $2 = '0' OR age(a.xmin) > age($2::text::xid), a.attisdropped, t.typname
    FROM pg_type t JOIN pg_attribute a ON a.attrelid = t.typrelid
   WHERE t.oid = ANY($1::oid[]) AND a.attnum > 0 ORDER BY t.oid, a.attnum)";

inline constexpr const char* kPresentLsn =
    "SELECT CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() "
    "ELSE pg_current_wal_insert_lsn() END";

}  // namespace cdckit::walcat

"""CREATE, ALTER, DROP and COMMENT of databases, schemas, tables and views."""

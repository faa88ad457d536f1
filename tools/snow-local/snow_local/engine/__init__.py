"""Storage: DuckDB files, names, types, errors and the write lock."""

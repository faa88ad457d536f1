"""Who may speak: users, key-pair JWTs, scoped and session tokens."""

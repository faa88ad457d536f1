"""Objects of schemas that are no tables: streams, tasks, pipes, sequences, routines and more."""

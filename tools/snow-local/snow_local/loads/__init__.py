"""Files: stages that drivers put them into, and COPY that loads them."""

"""What is common to cdc-run and cdc-top."""

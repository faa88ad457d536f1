"""The Snowpipe Streaming REST face: channels, commits, row errors."""

"""How data are opened, profiled, streamed and written."""

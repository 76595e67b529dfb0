"""One file for each group of commands; a command is a few lines that call a service."""

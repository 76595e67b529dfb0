"""The REST API: a route is a few lines that call one service function."""

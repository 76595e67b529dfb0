<<<<<<< HEAD
"""REST under `/api/v1`: the verbs of the screens and of the command line."""
=======
"""The REST API: a route is a few lines that call one service function."""
>>>>>>> wt-runs

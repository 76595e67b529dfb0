"""REST under `/api/v1`: the verbs of the screens and of the command line."""

"""One file for each scorer; `base.py` holds what they have in common."""

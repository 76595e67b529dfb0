"""One file for each kind of asset; each asset is a thin skin over a plain function."""

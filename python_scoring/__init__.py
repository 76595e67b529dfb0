"""How alike is each person? Terms, composite, calibration, evaluation; no imports of ours."""

"""What a person can do, as plain functions on values; knows no framework."""

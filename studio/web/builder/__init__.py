"""The builder: five steps of one page, each in a file of its own."""

"""What routes take and answer where no service has a model of its own."""

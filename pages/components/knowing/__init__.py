"""What the Data screen shows of the data, one module a view."""

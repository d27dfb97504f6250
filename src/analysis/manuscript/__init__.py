"""A manuscript against the study it reports: its numbers and its quotations."""

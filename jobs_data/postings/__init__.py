"""Single postings: finding them by words and filters, and showing one with how it was read."""

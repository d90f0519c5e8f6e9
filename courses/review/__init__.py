"""People look at runs: a queue, marks for what a person judges, remarks, inquiries."""

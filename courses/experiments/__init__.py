"""What a learner has around a run: its diagnosis, hints that fit it, and the next experiment."""

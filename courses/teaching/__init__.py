"""Classes: who takes part, when things are due, and what instructors see of it."""

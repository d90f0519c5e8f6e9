"""Grades of a class worked out again by another rubric: previewed, applied, undone."""

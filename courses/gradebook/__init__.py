"""The gradebook of a class: a window of it as a page, all of it as a file, and grades that come back."""

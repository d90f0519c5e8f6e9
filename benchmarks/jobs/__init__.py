"""Importing and asking five million postings, beside the usual ways to do it."""

"""The generated demo set: 20,000 postings whose marginals are the published figures, labelled everywhere.

Nothing in it is measured. Companies, places and texts come from `vocabulary.yaml` and a seeded generator that
uses plain arithmetic alone, so that every machine writes the same bytes.
"""

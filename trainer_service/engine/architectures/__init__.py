"""Shapes of networks that train as stacks, each with the way it computes for all rows at once."""

"""Agents that learn by acting: environments, the algorithms, and how several runs train as one stack.

An environment is tensor code: many lanes step at once, and lane i is row i of every tensor. A lane is one
episode in progress. All random numbers of a run come from generators seeded by (seed, stream, epoch) of that
run, so what it gets does not depend on its neighbours.
"""

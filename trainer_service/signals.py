"""What the trainer service tells the rooms above it."""

from django.dispatch import Signal

# Sent once for each run, inside the transaction that ends it: `sender=Run, run=<the terminal run>`.
# A receiver that raises loses only what the receivers wrote; the end of the run is kept (see `queue.finish`).
run_ended = Signal()

"""Files as a stream of rows of text: CSV, TSV, JSON, JSON Lines, XLSX and Parquet, and their gz.

Every reader keeps to the limits in `limits` while it reads, whatever a file claims about itself, and holds a
batch of rows at a time.
"""

from .files import Table, open_table
from .limits import Limits, Refused

__all__ = ["Limits", "Refused", "Table", "open_table"]

"""Reading what sources write as text. Pure: no Django, no database, the same answer for the same text.

Nothing here guesses: what cannot be read stays unread, and what looks wrong is flagged and never mended.
"""

from .published import Salary, parse_salary

__all__ = ["Salary", "parse_salary"]

"""Skills named in a text: `extract` finds them in one pass over its words and says which rule let each in.

Pure: no Django, no pandas. The dictionary is `names/*.yaml`; how it reads a text is told in `docs/skills.md`.
"""

from jobs_data.skills.entries import Skill, dictionary
from jobs_data.skills.matching import Match, Refusal, explain, extract

__all__ = ["Match", "Refusal", "Skill", "dictionary", "explain", "extract"]

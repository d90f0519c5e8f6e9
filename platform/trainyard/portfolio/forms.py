"""The form of a portfolio."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms

from trainyard.careers.proofs import proven

from . import documents
from .models import Portfolio
from .services import Draft

if TYPE_CHECKING:
    from trainyard.accounts.models import User

MOST_RUNS = 100


class PortfolioForm(forms.Form):
    """Address and words, and which of one's proven skills and graded runs to show."""

    address = forms.SlugField(
        max_length=40,
        label="Address",
        help_text="The end of the page's address: letters, digits and hyphens, such as lena-l.",
    )
    headline = forms.CharField(max_length=120, required=False, help_text="One line below your name.")
    about = forms.CharField(
        max_length=1000,
        required=False,
        label="About you",
        help_text="Plain text, 1,000 characters at most.",
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    skills = forms.MultipleChoiceField(required=False, widget=forms.CheckboxSelectMultiple)
    runs = forms.TypedMultipleChoiceField(
        required=False,
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        help_text="Each with its configuration.",
    )

    def __init__(self, *args: Any, user: User, portfolio: Portfolio, **kwargs: Any) -> None:
        kwargs.setdefault("initial", initial(portfolio))
        super().__init__(*args, **kwargs)
        held = proven(user)
        mine = user.submissions.select_related("exercise__course", "run__result")
        own = documents.graded(mine)[:MOST_RUNS]
        self.fields["skills"].choices = [  # type: ignore[attr-defined]
            (proof.skill, f"{proof.name}: {proof.exercise.title}, {proof.passed_at:%Y-%m-%d}")
            for proof in held
        ]
        self.fields["runs"].choices = [(one.pk, _words(one)) for one in own]  # type: ignore[attr-defined]

    @property
    def draft(self) -> Draft:
        """What was set."""
        return Draft(**self.cleaned_data)


def initial(portfolio: Portfolio) -> dict[str, Any]:
    """What the form shows at first."""
    return {
        "address": portfolio.address or "",
        "headline": portfolio.headline,
        "about": portfolio.about,
        "skills": portfolio.skills,
        "runs": list(portfolio.runs.values_list("pk", flat=True)),
    }


def _words(submission: Any) -> str:
    grade = submission.grade
    return (
        f"{submission.exercise.title}, attempt {submission.number}: "
        f"{grade.points:g} of {grade.max_points:g} points{'' if grade.passed else ', not passed'}"
    )

"""Forms of the class pages. Times are read and written in the zone that is active: that of the class."""

from __future__ import annotations

from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.contrib.auth import get_user_model

from courses.models import Course, Enrolment, Offering, Role
from courses.teaching.classes import Dates
from courses.teaching.models import MOST_LATE_DAYS, Deadline

MOMENT = "%Y-%m-%dT%H:%M"


def _moment(label: str, help_text: str = "", *, required: bool = True) -> forms.DateTimeField:
    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format=MOMENT)
    return forms.DateTimeField(
        label=label, help_text=help_text, required=required, widget=widget, input_formats=[MOMENT]
    )


def _zones() -> list[tuple[str, str]]:
    return [(name, name.replace("_", " ")) for name in sorted(available_timezones())]


class DatesForm(forms.Form):
    """What a class is called and when it runs."""

    title = forms.CharField(max_length=200, help_text="As learners see it, with the term.")
    starts_on = forms.DateField(
        label="Starts", required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    ends_on = forms.DateField(label="Ends", required=False, widget=forms.DateInput(attrs={"type": "date"}))
    zone = forms.ChoiceField(
        label="Time zone", choices=_zones, initial="UTC", help_text="Deadlines are given in it, and name it."
    )

    @property
    def dates(self) -> Dates:
        """The form as the service takes it; only after `is_valid`."""
        return Dates(**{name: self.cleaned_data[name] for name in ("title", "zone", "starts_on", "ends_on")})


class NewClassForm(DatesForm):
    """A new class; operators name who teaches it."""

    field_order = ("course", "title", "starts_on", "ends_on", "zone", "instructor")
    course = forms.ModelChoiceField(queryset=Course.objects.none(), empty_label=None)
    instructor = forms.EmailField(label="Instructor’s e-mail", help_text="Of somebody with an account.")

    def __init__(self, courses: Any, *, names_instructor: bool, data: Any = None) -> None:
        super().__init__(data)
        field = self.fields["course"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = courses
        if not names_instructor:
            del self.fields["instructor"]

    def clean_instructor(self) -> Any:
        """The account of that address."""
        found = get_user_model().objects.filter(email=self.cleaned_data["instructor"].lower()).first()
        if found is None:
            raise forms.ValidationError("Nobody has an account with this address; ask them to sign up first.")
        return found


class DeadlineForm(forms.Form):
    """When an exercise opens and is due, and what happens to late work."""

    opens_at = _moment("Opens", "Nothing is taken before. Empty: open at once.", required=False)
    due_at = _moment("Due", "What was accepted by then counts whole, whenever it is trained.")
    late_days = forms.IntegerField(
        label="Days of late work",
        min_value=0,
        max_value=MOST_LATE_DAYS,
        initial=0,
        help_text="For so many days after the deadline late work is taken. 0: not at all.",
    )
    late_percent = forms.IntegerField(
        label="Penalty for each day begun, %",
        min_value=0,
        max_value=100,
        initial=0,
        help_text="Of the points, shown with the grade.",
    )

    def __init__(self, row: Deadline | None, data: Any = None) -> None:
        names = ("opens_at", "due_at", "late_days", "late_percent")
        super().__init__(data, initial={name: getattr(row, name) for name in names} if row else None)

    def clean(self) -> dict[str, Any]:
        """An exercise opens before it is due."""
        cleaned: dict[str, Any] = super().clean() or {}
        opens, due = cleaned.get("opens_at"), cleaned.get("due_at")
        if opens and due and opens >= due:
            self.add_error("opens_at", "Opens after it is due; give an earlier moment.")
        return cleaned


class _LearnerField(forms.ModelChoiceField):  # type: ignore[type-arg]
    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.get_full_name()} ({obj.email})"


class ExtensionForm(forms.Form):
    """A later deadline for one learner."""

    learner = _LearnerField(queryset=get_user_model().objects.none(), empty_label="Choose a learner")
    due_at = _moment("Until")
    reason = forms.CharField(
        label="Reason",
        help_text="The learner reads it.",
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, offering: Offering, data: Any = None) -> None:
        super().__init__(data)
        people = get_user_model().objects.filter(enrolments__offering=offering, enrolments__role=Role.LEARNER)
        field = self.fields["learner"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = people.order_by("name", "email")


# Enrolment ----------------------------------------------------------------------------------------------

MOST_LIST_BYTES = 200_000


class CodeForm(forms.Form):
    """A new code."""

    section = forms.CharField(
        label="Section", required=False, max_length=60, help_text="Who joins with it comes into this section."
    )
    ends_at = _moment("Ends", "Empty: when you revoke it.", required=False)


class ListForm(forms.Form):
    """A class list, as a file or pasted."""

    file = forms.FileField(
        label="A CSV file", required=False, widget=forms.FileInput(attrs={"accept": ".csv,.txt"})
    )
    text = forms.CharField(
        label="Or paste it here",
        required=False,
        max_length=MOST_LIST_BYTES,
        strip=False,
        help_text="The first line names the columns: email, and any of name, section, label, role.",
        widget=forms.Textarea(
            attrs={"rows": 6, "class": "mono", "spellcheck": "false", "placeholder": "email,section,label\n"}
        ),
    )

    def clean(self) -> dict[str, Any]:
        """The list as text, wherever it came from."""
        cleaned: dict[str, Any] = super().clean() or {}
        file = cleaned.get("file")
        if file:
            cleaned["text"] = self._read(file)
        if not self.errors and not cleaned.get("text", "").strip():
            self.add_error(None, "Choose a file, or paste the list.")
        return cleaned

    def _read(self, file: Any) -> str:
        if file.size > MOST_LIST_BYTES:
            self.add_error("file", f"Too large: at most {MOST_LIST_BYTES // 1000} kB.")
            return ""
        try:
            text: str = file.read().decode("utf-8-sig")
        except UnicodeDecodeError:
            self.add_error("file", "This is not text in UTF-8; save the sheet as “CSV UTF-8”.")
            return ""
        return text


class MemberForm(forms.Form):
    """What a member of a class is."""

    role = forms.ChoiceField(
        choices=Role.choices,
        help_text="Graders see runs, comment and grade. Instructors also enrol people and set deadlines.",
    )
    section = forms.CharField(max_length=60, required=False)
    label = forms.CharField(
        max_length=120, required=False, help_text="Seen by instructors and graders only: accommodation, TA, …"
    )

    def __init__(self, member: Enrolment, data: Any = None) -> None:
        super().__init__(
            data, initial={"role": member.role, "section": member.section, "label": member.label}
        )


class JoinForm(forms.Form):
    """A code, as told in class."""

    code = forms.CharField(
        max_length=40,
        help_text="As your instructor gave it; capitals, spaces and dashes do not matter.",
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "spellcheck": "false", "autocapitalize": "characters"}
        ),
    )

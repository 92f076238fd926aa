"""Who the mutual is, as its letters say: name in two scripts, address, telephone, logo, how to object."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from tiwizi.doors import turns
from tiwizi.doors.desk.page import Desk, attempt, page
from tiwizi.doors.look.templatetags.look import language, t
from tiwizi.formats import papers
from tiwizi.records.care.queries.letters_made import Head, mutual
from tiwizi.records.database import files
from tiwizi.records.people.operations.letters import describe_mutual

ARABIC = ("name_ar", "address_ar", "appeal_to_ar")
OPTIONAL = ("phone", "email", "site")


class Form(forms.Form):
    """Labels and helps come from mutual.toml when it is shown."""

    name_ar = forms.CharField(max_length=200)
    name_latin = forms.CharField(max_length=200)
    address_ar = forms.CharField(max_length=300)
    address_latin = forms.CharField(max_length=300)
    phone = forms.CharField(max_length=40, required=False)
    email = forms.EmailField(max_length=120, required=False)
    site = forms.CharField(max_length=120, required=False)
    appeal_days = forms.IntegerField(min_value=1, max_value=366)
    appeal_to_ar = forms.CharField(max_length=300)
    appeal_to_latin = forms.CharField(max_length=300)
    logo = forms.FileField(required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.label = t(f"mutual:{name}")
            field.widget.attrs["dir"] = "rtl" if name in ARABIC else "ltr"
        self.fields["appeal_days"].help_text = t("mutual:appeal_days_help")
        self.fields["logo"].help_text = t("mutual:logo_help")
        self.fields["logo"].widget.attrs |= {"accept": "image/jpeg,image/png,image/webp"}

    def clean_logo(self) -> str | None:
        """The digest of the logo, redrawn by the process that reads strangers' files."""
        sent = self.cleaned_data["logo"]
        if not sent:
            return None
        with tempfile.NamedTemporaryFile(prefix="tiwizi-sent-") as raw:
            raw.write(sent.read(papers.Limits().size + 1))
            raw.flush()
            try:
                with turns.elsewhere():
                    (picture,) = papers.clean(Path(raw.name), papers.Limits(side=600, pages=1))
            except papers.PaperError as problem:
                raise forms.ValidationError(f"{problem.message(language())} {problem.way_out(language())}") from None
        return files.keep(picture)


@page("people.describe_mutual", post=True)
def describe(request: Desk) -> HttpResponse:
    """What stands, and a form that says it anew."""
    now = mutual()
    form = Form(request.POST or None, request.FILES or None, initial=_initial(now))
    refusal = None
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data | {"logo": form.cleaned_data["logo"] or (now.logo if now else None)}
        _, refusal = attempt(request, describe_mutual, **told)
        if refusal is None:
            messages.success(request, t("mutual:kept"), extra_tags="done")
            return HttpResponseRedirect(reverse("mutual"), status=303)
    shown = {"form": form, "refusal": refusal, "now": now}
    return render(request, "desk/mutual.html", shown, status=422 if refusal or form.errors else 200)


def _initial(now: Head | None) -> dict[str, Any]:
    return {name: value for name, value in vars(now).items() if name != "logo"} if now else {"appeal_days": 60}


PAGES = (("mutual/", describe, "mutual"),)

"""Plans: what a version says on a day, in sentences; two side by side; a new one proposed by one and published by
another; the worked cases of its country run against it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from tiwizi import packs
from tiwizi.doors import clock
from tiwizi.doors.desk import typed
from tiwizi.doors.desk.page import Desk, attempt, page
from tiwizi.doors.look.templatetags.look import language, t
from tiwizi.packs.cases import run_against
from tiwizi.records.cover.operations import propose_plan, publish_plan
from tiwizi.records.cover.queries import VersionShown, plan_names, plan_of_version, plan_versions
from tiwizi.rules.plan.document import Plan
from tiwizi.rules.plan.show import beside as side_by_side
from tiwizi.rules.plan.show import show

#: The text of a plan is at most so many bytes.
LONGEST = 1_000_000
DAYS = ("effective_on", "voted_on", "approved_on")


@page("cover.read")
def plans(request: Desk) -> HttpResponse:
    """Every version of every plan."""
    versions = plan_versions(on=clock.today())
    return render(request, "desk/plans.html", {"versions": versions, "names": plan_names(language())})


@page("cover.read", post="cover.publish_plan")
def plan(request: Desk, version: int) -> HttpResponse:
    """A version in sentences, and its publication by a second person."""
    held, refusal = _held(version), None
    if request.method == "POST":
        done, refusal = attempt(request, publish_plan, version=version, on=clock.today())
        if done is not None:
            messages.success(request, t("plans:is_published"), extra_tags="done")
            return HttpResponseRedirect(reverse("plan", args=[version]), status=303)
    shown = _shown(version)
    on = typed.day_or_none(request.GET.get("on", "")) or clock.today()
    others = [one for one in plan_versions(on=clock.today()) if one.plan == shown.plan and one.version != version]
    context = {
        "shown": shown, "name": held.name.get(language()) or shown.plan,
        "sections": show(held, on=on, lang=language()), "on": on, "others": others, "refusal": refusal,
        "sources": [(source, source.title.get(language())) for source in held.sources.values()],
        "may_publish": request.by.may("cover.publish_plan") and shown.proposed_by != request.by.user,
        "has_cases": held.country in packs.available(),
    }  # fmt: skip
    return render(request, "desk/plan.html", context, status=422 if refusal else 200)


def _held(version: int) -> Plan:
    found = plan_of_version(version)
    if found is None:
        raise Http404
    return found[0]


def _shown(version: int) -> VersionShown:
    return next(one for one in plan_versions(on=clock.today()) if one.version == version)


@page("cover.read")
def cases(request: Desk, version: int) -> HttpResponse:
    """The worked cases, decided by this version now: as part of its page, or alone."""
    results = run_against(_held(version), lang=language())
    failed = [result for result in results if not result.ok]
    context = {"results": [*failed, *(result for result in results if result.ok)], "failed": len(failed)}
    context |= {"passed": len(results) - len(failed), "version": version}
    return render(request, "desk/plan_cases_part.html" if request.htmx else "desk/plan_cases.html", context)


@page("cover.read")
def beside(request: Desk, version: int, other: int) -> HttpResponse:
    """Two versions block by block; what differs first, and all of it on demand."""
    one, two = _held(version), _held(other)
    on = typed.day_or_none(request.GET.get("on", "")) or max(clock.today(), _shown(other).effective_on)
    rows = side_by_side(one, two, on=on, lang=language())
    differing = [row for row in rows if row.change != "same"]
    context = {
        "rows": rows if request.GET.get("all") else differing, "same": len(rows) - len(differing), "on": on,
        "name": two.name.get(language()) or _shown(other).plan,
        "differing": len(differing), "one": _shown(version), "two": _shown(other), "all": bool(request.GET.get("all")),
    }  # fmt: skip
    return render(request, "desk/plan_beside.html", context)


@page("cover.propose_plan", post=True)
def propose(request: Desk) -> HttpResponse:
    """Paste or upload the text of a plan: what is wrong with it stands beside it, and nothing typed is lost."""
    text = _text(request)
    context: dict[str, Any] = {"text": text, **{name: request.POST.get(name, "") for name in DAYS}}
    if request.method != "POST":
        started = plan_of_version(int(request.GET["from"])) if request.GET.get("from", "").isdecimal() else None
        return render(request, "desk/plan_propose.html", context | {"text": started[1] if started else ""})
    found, problems = packs.read_plan_text(text, file="plan.toml") if text.strip() else (None, [])
    lang = language()
    context["problems"] = [
        (p.line, p.field, p.message(lang), p.way_out(lang), "to_repair" if p.is_error else "to_review")
        for p in problems
    ]
    days = {name: typed.day_or_none(request.POST.get(name, "")) for name in DAYS}
    context["wrong_days"] = [name for name in DAYS if request.POST.get(name) and days[name] is None]
    context["no_text"] = not text.strip()
    may_be_kept = found is not None and not context["wrong_days"] and request.POST.get("action") == "propose"
    if may_be_kept and days["effective_on"] is not None:
        version, context["refusal"] = attempt(request, propose_plan, text=text, **days)
        if version is not None:
            messages.success(request, t("plans:is_proposed"), extra_tags="done")
            return HttpResponseRedirect(reverse("plan", args=[version]), status=303)
    elif may_be_kept:
        context["wrong_days"] = ["effective_on"]
    context["sections"] = show(found, on=days["effective_on"] or clock.today(), lang=lang) if found else None
    is_checked = found is not None and request.POST.get("action") != "propose"
    return render(request, "desk/plan_propose.html", context, status=200 if is_checked else 422)


def _text(request: Desk) -> str:
    """What was uploaded, else what was typed, with the line ends of a file."""
    sent = request.FILES.get("file")
    if sent is not None and sent.size and sent.size <= LONGEST:
        return str(sent.read(), "utf-8", "replace").removeprefix("\ufeff").replace("\r\n", "\n")
    return request.POST.get("text", "")[:LONGEST].replace("\r\n", "\n")


PAGES = (
    ("plans/", plans, "plans"),
    ("plans/propose/", propose, "plan_propose"),
    ("plans/<int:version>/", plan, "plan"),
    ("plans/<int:version>/cases/", cases, "plan_cases"),
    ("plans/<int:version>/beside/<int:other>/", beside, "plan_beside"),
)

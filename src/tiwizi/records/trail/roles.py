"""Which role may do what: the table that the gate asks. docs/concepts/trail.md says it in words.

A permission is "<app>.<what>"; a role has no other way to a verb than a row here. Roles of members, employers and
providers come with the doors that they enter by.
"""

from __future__ import annotations

from typing import NamedTuple


class Role(NamedTuple):
    """scoped: its grants may be limited to a region. privileged: granted by two people."""

    permissions: frozenset[str]
    scoped: bool = False
    privileged: bool = False


#: What whoever works here may do, whatever their role: keep views of lists under a name.
EVERYBODYS = frozenset(("people.keep_views",))


def _may(permissions: str, *, scoped: bool = False, privileged: bool = False) -> Role:
    return Role(frozenset(permissions.split()) | EVERYBODYS, scoped, privileged)


ROLES: dict[str, Role] = {
    "desk_agent": _may(
        "people.read people.write people.request_account people.confirm_account cover.read care.receive care.read"
        " intake.write people.attach people.write_letters care.read_providers care.write_providers",
        scoped=True,
    ),
    "contributions_officer": _may("people.read cover.read cover.write intake.write"),
    "adjudicator": _may(
        "people.read cover.read care.read care.receive care.decide care.review care.look_out care.read_medical"
        " people.attach people.write_letters care.read_providers",
        scoped=True,
    ),
    "medical_adviser": _may(
        "people.read care.read care.review care.look_out care.approve_care care.read_medical people.attach"
        " people.write_letters care.read_providers",
        scoped=True,
    ),
    "payment_preparer": _may(
        "people.read people.write_letters money.read money.prepare care.read_providers", privileged=True
    ),
    "payment_approver": _may("people.read money.read money.approve care.read_providers", privileged=True),
    "treasurer": _may("money.read money.release", privileged=True),
    "accountant": _may("money.read money.reconcile money.post money.close", privileged=True),
    "manager": _may(
        "people.describe_mutual cover.read cover.propose_plan cover.publish_plan care.set_limit intake.write"
        " money.read care.read_providers care.write_providers care.agree",
        privileged=True,
    ),
    "internal_auditor": _may(
        "people.read people.read_staff people.break_glass cover.read care.read money.read trail.read"
        " trail.read_technical trail.verify care.read_providers",
        privileged=True,
    ),
    "dpo": _may(
        "people.read people.read_staff people.break_glass cover.read care.read trail.read trail.read_technical"
        " trail.verify care.read_providers",
        privileged=True,
    ),
    "it_admin": _may(
        "people.read_staff people.ask_grant people.confirm_grant trail.read_technical trail.verify", privileged=True
    ),
    #: The clock and the workers: what a person has set off, they finish. Nobody logs in as it.
    "system": _may(
        "care.decide care.receive care.look_out people.write people.open_administration cover.write"
        " cover.propose_plan intake.write money.post money.reconcile trail.send trail.walk people.write_letters"
    ),
}

#: Verbs that say how the house is run and nothing of anybody's care, cover or money: what who runs the machines reads.
TECHNICAL = frozenset((
    "people.open_administration", "people.create_user", "people.ask_grant", "people.confirm_grant",
    "people.revoke_grant", "people.invite", "people.open_regions", "people.ask_factor_reset",
    "people.confirm_factor_reset", "people.end_factor_reset", "people.close_user", "people.open_user",
    "people.save_view", "people.forget_view", "people.exported", "care.start_run", "care.decide_shard",
    "care.finish_run", "care.cancel_run",
    "care.retry_shard", "intake.see", "intake.accept", "intake.prepare", "intake.post", "intake.finish",
    "intake.deliver", "intake.tell_sheets", "intake.accept_delivery", "intake.resume_delivery",
    "intake.withdraw_delivery", "trail.verify", "trail.end_verification",
))  # fmt: skip

#: Roles that one person never holds together (S9): who decides does not pay, who pays does not keep the books, and who
#: runs the machines has no business in them.
NEVER_TOGETHER: tuple[tuple[str, str], ...] = (
    ("adjudicator", "payment_preparer"),
    ("adjudicator", "payment_approver"),
    ("adjudicator", "treasurer"),
    ("medical_adviser", "payment_preparer"),
    ("medical_adviser", "payment_approver"),
    ("medical_adviser", "treasurer"),
    ("payment_preparer", "payment_approver"),
    ("payment_preparer", "treasurer"),
    ("payment_approver", "treasurer"),
    ("internal_auditor", "accountant"),
    ("internal_auditor", "treasurer"),
    *(("it_admin", role) for role in ROLES if role not in ("it_admin", "system", "internal_auditor")),
    ("internal_auditor", "it_admin"),
)


class Grant(NamedTuple):
    """A role that somebody holds; ``region`` limits it to one region, None to none."""

    role: str
    region: int | None = None

    def allows(self, permission: str) -> bool:
        return permission in ROLES[self.role].permissions

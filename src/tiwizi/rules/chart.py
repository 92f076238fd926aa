"""The chart of accounts: a book for each ring-fenced fund, and the accounts of each book.

``accounts.toml`` is described in docs/concepts/ledger.md. Code never names an account: it asks for the one that has a
role in a fund, ``chart.account("sm", "benefits")``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from tiwizi.rules.plan.authority import put_once, read_sources
from tiwizi.rules.plan.block import Block
from tiwizi.rules.plan.document import Source, Text
from tiwizi.rules.plan.problem import Problem, shown
from tiwizi.rules.plan.syntax import open_document

#: What an account is; the balance of the first two is normally a debit, of the others a credit.
KINDS = ("asset", "expense", "liability", "equity", "income")

#: What the books of every fund are asked for.
ROLES: Mapping[str, str] = {
    "bank": "money at the bank",
    "in_transit": "handed to the bank, not yet on a statement",
    "members_payable": "benefits decided and not yet paid to members",
    "providers_payable": "benefits decided and not yet paid to providers (third-party payment)",
    "benefits": "what a decided benefit is debited to",
    "contributions": "what a contribution called is credited to",
    "contributions_receivable": "contributions called and not yet received",
    "recoverable": "paid too much: to be asked back",
    "suspense": "money on a statement that nothing explains yet",
    "bank_charges": "what the bank takes",
    "other_funds": "owed to or by the other funds of the mutual",
    "opening": "what the books held before they were kept here",
    "result": "the year's surplus or deficit",
}


@dataclass(frozen=True)
class Account:
    """``id`` is ``<fund>:<code>``; kind is one of KINDS, roles of ROLES."""

    fund: str
    code: str
    kind: str
    name: Text
    roles: frozenset[str] = frozenset()

    @property
    def id(self) -> str:
        return f"{self.fund}:{self.code}"


@dataclass(frozen=True)
class Fund:
    """A ring-fenced fund. ``layers``: the layers of plans that it pays."""

    id: str
    name: Text
    layers: tuple[str, ...] = ()


@dataclass(frozen=True)
class Chart:
    """The funds and their accounts, by id."""

    funds: Mapping[str, Fund] = field(default_factory=dict)
    accounts: Mapping[str, Account] = field(default_factory=dict)
    sources: Mapping[str, Source] = field(default_factory=dict)
    file: str = ""

    def account(self, fund: str, role: str) -> str:
        """The id of the account that has a role in a fund; a checked chart has it."""
        assert role in ROLES, f"no role {role!r}"
        return next(a.id for a in self.accounts.values() if a.fund == fund and role in a.roles)

    def of_fund(self, fund: str) -> tuple[Account, ...]:
        return tuple(account for account in self.accounts.values() if account.fund == fund)

    def fund_of_layer(self, layer: str) -> Fund | None:
        """The fund that pays a layer of a plan."""
        return next((fund for fund in self.funds.values() if layer in fund.layers), None)


def parse_chart(text: str, *, file: str) -> tuple[Chart | None, list[Problem]]:
    """A chart from the text of its accounts.toml; None when one of the problems is an error."""
    root, reading = open_document(text, file=file)
    if root is None:
        return None, reading.found()
    root.expect(("sources", "funds", "accounts"))
    root.need("sources", "funds", "accounts")
    sources = read_sources(root)
    funds = _read_funds(root)
    accounts: dict[str, Account] = {}
    for block in root.inners("accounts"):
        for account in _read_account(block, funds, sources):
            put_once(accounts, block, account.id, account)
    _check_roles(root, funds, accounts)
    found = reading.found()
    chart = Chart(funds, accounts, sources, file)
    return (None if any(problem.is_error for problem in found) else chart), found


def _read_funds(root: Block) -> dict[str, Fund]:
    funds: dict[str, Fund] = {}
    for block in root.inners("funds"):
        block.expect(("id", "name", "layers"))
        block.need("id", "name")
        fund = Fund(block.text("id"), block.name(), block.texts("layers"))
        put_once(funds, block, fund.id, fund)
    return funds


def _read_account(block: Block, funds: Mapping[str, Fund], sources: Mapping[str, Source]) -> Iterator[Account]:
    """One account in each fund that is named."""
    block.expect(("code", "funds", "kind", "name", "roles", "source"))
    block.need("code", "funds", "kind", "name", "source")
    block.choice("source", sources, "", "unknown_source")
    kind, name, roles = block.choice("kind", KINDS, ""), block.name(), block.texts("roles")
    for role in roles:
        if role not in ROLES:
            block.unknown("roles", "unknown_value", role, tuple(ROLES))
    for fund in block.texts("funds"):
        if fund not in funds:
            block.unknown("funds", "unknown_value", fund, tuple(funds))
        yield Account(fund, block.text("code"), kind, name, frozenset(roles))


def _check_roles(root: Block, funds: Mapping[str, Fund], accounts: Mapping[str, Account]) -> None:
    """In each fund one account has each role."""
    for fund in funds:
        for role in ROLES:
            having = [account.code for account in accounts.values() if account.fund == fund and role in account.roles]
            if len(having) != 1:
                root.error(
                    f"accounts[{role}]", "role_once", fund=shown(fund), role=role, accounts=", ".join(having) or "–"
                )

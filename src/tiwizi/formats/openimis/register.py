"""What becomes of every field of openIMIS: register.toml, read.

A field is "carried" into a plan or a table, "listed" (each of its values, in report.csv) or "counted" there.
"""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import NamedTuple

EVERY = "*"
CARRIED, LISTED, COUNTED = "carried", "listed", "counted"

#: The column that names a row of a table, for report.csv.
ROW_NAME = {
    "tblInsuree": "InsureeID",
    "tblFamilies": "FamilyID",
    "tblPolicy": "PolicyID",
    "tblInsureePolicy": "InsureePolicyID",
    "tblPremium": "PremiumId",
    "tblPayer": "PayerID",
    "tblProduct": "ProdID",
    "tblProductItems": "ProdItemID",
    "tblProductServices": "ProdServiceID",
    "tblRelDistr": "DistrID",
    "tblRelIndex": "RelIndexID",
    "tblItems": "ItemID",
    "tblServices": "ServiceID",
    "tblPLItems": "PLItemID",
    "tblPLItemsDetail": "PLItemDetailID",
    "tblPLServices": "PLServiceID",
    "tblPLServicesDetail": "PLServiceDetailID",
    "tblHF": "HfID",
    "tblClaim": "ClaimID",
    "tblClaimItems": "ClaimItemID",
    "tblClaimServices": "ClaimServiceID",
    "tblOfficer": "OfficerID",
    "tblClaimAdmin": "ClaimAdminId",
    "tblLocations": "LocationId",
}


#: The columns without which a table cannot be joined to the others or read at all.
NEEDED = {
    "tblInsuree": ("InsureeID", "CHFID", "FamilyID", "DOB"),
    "tblFamilies": ("FamilyID", "InsureeID"),
    "tblProduct": ("ProdID", "ProductCode"),
    "tblProductItems": ("ProdItemID", "ProdID", "ItemID", "PriceOrigin", "LimitationType", "LimitAdult", "LimitChild"),
    "tblProductServices": (
        "ProdServiceID", "ProdID", "ServiceID", "PriceOrigin", "LimitationType", "LimitAdult", "LimitChild",
    ),
    "tblPolicy": ("PolicyID", "FamilyID", "ProdID", "PolicyStatus", "EffectiveDate", "ExpiryDate"),
    "tblInsureePolicy": ("InsureePolicyID", "InsureeID", "PolicyId", "EffectiveDate", "ExpiryDate"),
    "tblItems": ("ItemID", "ItemCode", "ItemPrice", "ValidityFrom"),
    "tblServices": ("ServiceID", "ServCode", "ServPrice", "ValidityFrom"),
    "tblPLItems": ("PLItemID",),
    "tblPLItemsDetail": ("PLItemDetailID", "PLItemID", "ItemID", "ValidityFrom"),
    "tblPLServices": ("PLServiceID",),
    "tblPLServicesDetail": ("PLServiceDetailID", "PLServiceID", "ServiceID", "ValidityFrom"),
    "tblHF": ("HfID", "HFCode", "PLItemID", "PLServiceID"),
    "tblClaim": ("ClaimID", "ClaimCode", "InsureeID", "HFID", "DateFrom"),
    "tblClaimItems": ("ClaimItemID", "ClaimID", "ItemID", "QtyProvided", "PriceAsked"),
    "tblClaimServices": ("ClaimServiceID", "ClaimID", "ServiceID", "QtyProvided", "PriceAsked"),
}  # fmt: skip
#: The tables that no fund can be without. (A dump does not mention an empty table; a folder has a file for it.)
NEVER_EMPTY = ("tblInsuree", "tblProduct", "tblPolicy")


class Fate(NamedTuple):
    """``how`` is one of CARRIED, LISTED, COUNTED; ``what`` says where to, or is the key of the reason why not."""

    how: str
    what: str


@cache
def register() -> dict[str, dict[str, Fate]]:
    """table -> field -> fate."""
    written = tomllib.loads(files(__package__).joinpath("register.toml").read_text(encoding="utf-8"))
    return {
        table: {name: Fate(*(part.strip() for part in fate.split(":", 1))) for name, fate in fields.items()}
        for table, fields in written.items()
    }


def fate(table: str, column: str) -> Fate | None:
    """What becomes of a field; None where the register does not know it."""
    here, everywhere = register().get(table), register()[EVERY]
    if here is None:
        return None
    return here.get(column) or everywhere.get(column) or here.get(EVERY)


def is_read(table: str) -> bool:
    """Whether the rows of a table are kept: more than a count of them is wanted."""
    return any(name != EVERY or fate.how != COUNTED for name, fate in register().get(table, {}).items())

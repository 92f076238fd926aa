"""Every file and column that Synthea's CSV export knows, and what becomes of it here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class FileUse:
    """One file: what each column becomes ("table.column"), and why the others have no meaning here.

    ``left`` maps a reason, text ``why_<reason>`` of importers.toml, to the columns it speaks of.
    """

    carried: Mapping[str, str] = field(default_factory=dict)
    left: Mapping[str, str] = field(default_factory=dict)

    @property
    def columns(self) -> tuple[str, ...]:
        return (*self.carried, *(column for columns in self.left.values() for column in columns.split()))

    def why(self, column: str) -> str | None:
        """The reason for which a column is left; None where the column is carried, or not known."""
        return next((reason for reason, columns in self.left.items() if column in columns.split()), None)


REGISTER: Mapping[str, FileUse] = {
    "patients": FileUse(
        {
            "Id": "people.person, people.household",
            "BIRTHDATE": "people.birth_date",
            "FIRST": "people.name_latin",
            "LAST": "people.name_latin",
            "GENDER": "people.sex",
        },
        {
            "identity": "SSN DRIVERS PASSPORT PREFIX MIDDLE SUFFIX MAIDEN MARITAL RACE ETHNICITY BIRTHPLACE DEATHDATE",
            "address": "ADDRESS CITY STATE COUNTY FIPS ZIP LAT LON",
            "totals": "HEALTHCARE_EXPENSES HEALTHCARE_COVERAGE INCOME",
        },
    ),
    "payer_transitions": FileUse(
        {
            "PATIENT": "cover.person",
            "START_DATE": "cover.start",
            "END_DATE": "cover.end",
            "PAYER": "cover.plan",
            "SECONDARY_PAYER": "cover.plan",
        },
        {"foreign_key": "MEMBERID", "family": "PLAN_OWNERSHIP OWNERSHIP OWNER_NAME"},
    ),
    "payers": FileUse(
        {"Id": "cover.plan", "NAME": "cover.plan, plan.toml"},
        {
            "address": "OWNERSHIP ADDRESS CITY STATE_HEADQUARTERED ZIP PHONE",
            "totals": "AMOUNT_COVERED AMOUNT_UNCOVERED REVENUE COVERED_ENCOUNTERS UNCOVERED_ENCOUNTERS "
            "COVERED_MEDICATIONS UNCOVERED_MEDICATIONS COVERED_PROCEDURES UNCOVERED_PROCEDURES COVERED_IMMUNIZATIONS "
            "UNCOVERED_IMMUNIZATIONS UNIQUE_CUSTOMERS QOLS_AVG MEMBER_MONTHS",
        },
    ),
    "encounters": FileUse(
        {
            "Id": "claims.episode",
            "START": "claims.care_from",
            "STOP": "claims.care_to",
            "ENCOUNTERCLASS": "claims.setting, claims.overnight, claims.visit",
            "CODE": "tariff.category",
        },
        {
            "in_claims": "PATIENT PROVIDER PAYER DESCRIPTION",
            "no_field": "ORGANIZATION",
            "in_transactions": "BASE_ENCOUNTER_COST TOTAL_CLAIM_COST PAYER_COVERAGE",
            "clinical": "REASONCODE REASONDESCRIPTION",
        },
    ),
    "claims": FileUse(
        {
            "Id": "claims.claim",
            "PATIENTID": "claims.household",
            "PROVIDERID": "claims.provider",
            "PRIMARYPATIENTINSURANCEID": "reported.layer",
            "SECONDARYPATIENTINSURANCEID": "reported.layer",
            "APPOINTMENTID": "claims.episode",
            "SERVICEDATE": "claims.received_on",
            "LASTBILLEDDATE1": "claims.received_on",
        },
        {
            "clinical": "DIAGNOSIS1 DIAGNOSIS2 DIAGNOSIS3 DIAGNOSIS4 DIAGNOSIS5 DIAGNOSIS6 DIAGNOSIS7 DIAGNOSIS8 "
            "CURRENTILLNESSDATE",
            "no_field": "DEPARTMENTID PATIENTDEPARTMENTID REFERRINGPROVIDERID SUPERVISINGPROVIDERID "
            "HEALTHCARECLAIMTYPEID1 HEALTHCARECLAIMTYPEID2",
            "payments": "STATUS1 STATUS2 STATUSP OUTSTANDING1 OUTSTANDING2 OUTSTANDINGP LASTBILLEDDATE2 "
            "LASTBILLEDDATEP",
        },
    ),
    "claims_transactions": FileUse(
        {
            "CLAIMID": "lines.claim, reported.claim",
            "CHARGEID": "lines.line, reported.line",
            "PATIENTID": "lines.person",
            "TYPE": "lines, reported",
            "AMOUNT": "lines.billed",
            "METHOD": "reported",
            "FROMDATE": "lines.date",
            "PROCEDURECODE": "lines.code, tariff.code",
            "UNITS": "lines.quantity",
            "NOTES": "tariff.label_en",
            "UNITAMOUNT": "lines.unit_price",
            "TRANSFERTYPE": "reported.layer",
            "PAYMENTS": "reported.paid",
        },
        {
            "foreign_key": "ID TRANSFEROUTID APPOINTMENTID PATIENTINSURANCEID FEESCHEDULEID",
            "clinical": "DIAGNOSISREF1 DIAGNOSISREF2 DIAGNOSISREF3 DIAGNOSISREF4",
            "no_field": "TODATE PLACEOFSERVICE MODIFIER1 MODIFIER2 DEPARTMENTID LINENOTE SUPERVISINGPROVIDERID",
            "in_claims": "PROVIDERID",
            "payments": "ADJUSTMENTS TRANSFERS OUTSTANDING",
        },
    ),
    "procedures": FileUse(
        {"CODE": "tariff.category"},
        {
            "in_transactions": "PATIENT ENCOUNTER SYSTEM DESCRIPTION BASE_COST START STOP DATE",
            "clinical": "REASONCODE REASONDESCRIPTION",
        },
    ),
    "medications": FileUse(
        {"CODE": "tariff.category"},
        {
            "in_transactions": "START STOP PATIENT PAYER ENCOUNTER DESCRIPTION BASE_COST PAYER_COVERAGE DISPENSES "
            "TOTALCOST",
            "clinical": "REASONCODE REASONDESCRIPTION",
        },
    ),
    "immunizations": FileUse(
        {"CODE": "tariff.category"}, {"in_transactions": "DATE PATIENT ENCOUNTER DESCRIPTION BASE_COST"}
    ),
    "organizations": FileUse(
        left={
            "no_field": "Id NAME",
            "address": "ADDRESS CITY STATE ZIP LAT LON PHONE",
            "totals": "REVENUE UTILIZATION",
        }
    ),
    "providers": FileUse(
        left={
            "in_claims": "Id",
            "no_field": "ORGANIZATION NAME GENDER SPECIALITY",
            "address": "ADDRESS CITY STATE ZIP LAT LON",
            "totals": "ENCOUNTERS PROCEDURES UTILIZATION",
        }
    ),
    "allergies": FileUse(
        left={
            "clinical": "START STOP PATIENT ENCOUNTER CODE SYSTEM DESCRIPTION TYPE CATEGORY REACTION1 DESCRIPTION1 "
            "SEVERITY1 REACTION2 DESCRIPTION2 SEVERITY2"
        }
    ),
    "careplans": FileUse(
        left={"clinical": "Id START STOP PATIENT ENCOUNTER CODE DESCRIPTION REASONCODE REASONDESCRIPTION"}
    ),
    "conditions": FileUse(left={"clinical": "START STOP PATIENT ENCOUNTER SYSTEM CODE DESCRIPTION"}),
    "devices": FileUse(left={"clinical": "START STOP PATIENT ENCOUNTER CODE DESCRIPTION UDI"}),
    "imaging_studies": FileUse(
        left={
            "clinical": "Id DATE PATIENT ENCOUNTER SERIES_UID BODYSITE_CODE BODYSITE_DESCRIPTION MODALITY_CODE "
            "MODALITY_DESCRIPTION INSTANCE_UID SOP_CODE SOP_DESCRIPTION PROCEDURE_CODE"
        }
    ),
    "observations": FileUse(left={"clinical": "DATE PATIENT ENCOUNTER CATEGORY CODE DESCRIPTION VALUE UNITS TYPE"}),
    "supplies": FileUse(left={"clinical": "DATE PATIENT ENCOUNTER CODE DESCRIPTION QUANTITY"}),
}

#: Without these there is nothing to decide.
REQUIRED = ("patients", "payer_transitions", "payers", "encounters", "claims", "claims_transactions")
#: What a code is, by the file that lists it; the first that does.
CATEGORY_FILES = {
    "encounters": "encounter",
    "procedures": "procedure",
    "medications": "medication",
    "immunizations": "immunization",
}

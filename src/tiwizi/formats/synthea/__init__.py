"""Synthea's CSV export (github.com/synthetichealth/synthea, wiki "CSV File Data Dictionary"): a folder of CSV files.

patients, payer_transitions, payers, encounters, claims and claims_transactions become people, cover, claims, lines,
reported and tariff, with a plan.toml; register.py says what becomes of every file and column, and report.csv lists it.
"""

from __future__ import annotations

from tiwizi.formats.synthea.convert import convert

__all__ = ["convert"]

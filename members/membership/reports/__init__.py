"""Figures of membership that the office reports. Each counts rows of one list of the office and says which they are:
what narrows the list to them stands beside what counts them.

An organisation counts with the kind and the region that it has today, a membership with the status of its moves and the
tier of the register's history, both at the end of the day.
"""

from members.membership.reports.bills import AGES, BILLS, Amount, Billing, Debtor, bill, billings, debtors, total
from members.membership.reports.flows import BACK, JOINED, LOST, Flow, changed, flows
from members.membership.reports.renewals import Renewals, renewals, with_renewal
from members.membership.reports.scope import By, Scope
from members.membership.reports.standing import ROLL, Tally, standing_as, standings

__all__ = [
    "AGES", "BACK", "BILLS", "JOINED", "LOST", "ROLL", "Amount", "Billing", "By", "Debtor", "Flow", "Renewals", "Scope",
    "Tally", "bill", "billings", "changed", "debtors", "flows", "renewals", "standing_as", "standings", "total",
    "with_renewal",
]  # fmt: skip

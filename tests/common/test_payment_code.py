"""The square code of a payment, as an application of a bank reads it."""

from decimal import Decimal

import pytest

from common.payment_code import payment_code

FIELDS = {
    "name": "Ассоциация школьного кластера",
    "account": "40703810900000000001",
    "bank": "Банк «Пример»",
    "bic": "040000999",
    "correspondent_account": "30101810500000000999",
    "inn": "9900000000",
    "kpp": "990001001",
    "purpose": "Членский взнос",
}


def read(code: str) -> dict[str, str]:
    head, *fields = code.split("|")
    assert head == "ST00012"
    return dict(field.split("=", 1) for field in fields)


def test_it_holds_the_names_of_the_standard_in_its_order() -> None:
    assert payment_code(**FIELDS, amount=Decimal("12000.50")) == (
        "ST00012|Name=Ассоциация школьного кластера|PersonalAcc=40703810900000000001|BankName=Банк «Пример»"
        "|BIC=040000999|CorrespAcc=30101810500000000999|Sum=1200050|Purpose=Членский взнос|PayeeINN=9900000000"
        "|KPP=990001001"
    )


@pytest.mark.parametrize(
    ("amount", "kopecks"), [("0.01", "1"), ("12000", "1200000"), ("99999999.99", "9999999999"), ("0.29", "29")]
)
def test_an_amount_is_told_in_kopecks(amount: str, kopecks: str) -> None:
    assert read(payment_code(**FIELDS, amount=Decimal(amount)))["Sum"] == kopecks


def test_what_is_written_by_people_ends_no_field_and_is_not_too_long() -> None:
    wild = FIELDS | {"name": "А|Б\n=В", "purpose": "П" * 300, "bank": "Б" * 60, "kpp": ""}
    fields = read(payment_code(**wild, amount=Decimal(1)))
    assert (fields["Name"], len(fields["Purpose"]), len(fields["BankName"])) == ("А/Б =В", 210, 45)
    assert "KPP" not in fields

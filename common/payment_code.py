"""What a square code of a payment holds (ГОСТ Р 56042-2014), which the applications of banks read."""

from decimal import Decimal

HEAD = "ST00012"  # the standard, its version 0001, and UTF-8
LONGEST = {"Name": 160, "BankName": 45, "Purpose": 210}  # letters
SEPARATOR = "|"


def payment_code(
    *,
    name: str,
    account: str,
    bank: str,
    bic: str,
    correspondent_account: str,
    inn: str,
    kpp: str,
    purpose: str,
    amount: Decimal,
) -> str:
    """The five fields that every payment has, in the order of the standard, and then what this one has besides.

    ``amount`` is in roubles, and in the code in kopecks.
    """
    fields = {
        "Name": name,
        "PersonalAcc": account,
        "BankName": bank,
        "BIC": bic,
        "CorrespAcc": correspondent_account,
        "Sum": str(int(amount * 100)),
        "Purpose": purpose,
        "PayeeINN": inn,
        "KPP": kpp,
    }
    return SEPARATOR.join([HEAD, *(f"{name}={_fit(name, value)}" for name, value in fields.items() if value)])


def _fit(name: str, value: str) -> str:
    """On one line, of the length that the standard allows, and without the mark that ends a field."""
    return " ".join(value.replace(SEPARATOR, "/").split())[: LONGEST.get(name)]

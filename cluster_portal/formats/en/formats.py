"""As in Britain, like the words: Django's own are of the United States."""

DATE_FORMAT = "j\N{NO-BREAK SPACE}F Y"
DATETIME_FORMAT = f"{DATE_FORMAT}, H:i"
SHORT_DATE_FORMAT = "d/m/Y"
SHORT_DATETIME_FORMAT = f"{SHORT_DATE_FORMAT} H:i"
MONTH_DAY_FORMAT = "j\N{NO-BREAK SPACE}F"
YEAR_MONTH_FORMAT = "F Y"

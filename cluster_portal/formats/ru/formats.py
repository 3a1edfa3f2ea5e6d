"""Where Django's own would let a line end within «22 ноября» or before «г.»."""

DATE_FORMAT = "j\N{NO-BREAK SPACE}E Y\N{NO-BREAK SPACE}г."
DATETIME_FORMAT = f"{DATE_FORMAT}, H:i"
MONTH_DAY_FORMAT = "j\N{NO-BREAK SPACE}E"
YEAR_MONTH_FORMAT = "F Y\N{NO-BREAK SPACE}г."

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.view_settings import ViewSettings

ANY_SETTINGS = st.builds(
    ViewSettings, **{name: st.sampled_from([*choices]) for name, choices in ViewSettings.CHOICES.items()}
)


@given(ANY_SETTINGS)
def test_what_was_chosen_is_read_back(chosen: ViewSettings) -> None:
    assert ViewSettings.from_cookie(chosen.cookie_value) == chosen


@given(st.text() | st.from_regex(r"((scheme|size|images|x)\.(dark|huge|off|y)?_?)*", fullmatch=True))
def test_any_cookie_gives_settings_there_are(cookie: str) -> None:
    read = ViewSettings.from_cookie(cookie)
    assert all(getattr(read, name) in choices for name, choices in ViewSettings.CHOICES.items())


@pytest.mark.parametrize(
    ("cookie", "read"),
    [
        pytest.param("", ViewSettings(), id="none"),
        pytest.param("scheme.dark_size.large", ViewSettings(scheme="dark", size="large"), id="two of them"),
        pytest.param("size.large_scheme.dark", ViewSettings(scheme="dark", size="large"), id="in another order"),
        pytest.param("scheme.pink_size.huge", ViewSettings(size="huge"), id="unknown value"),
        pytest.param("COOKIE_NAME.x_size.huge", ViewSettings(size="huge"), id="unknown name"),
        pytest.param("scheme.dark.dark", ViewSettings(), id="too many dots"),
        pytest.param("<script>", ViewSettings(), id="garbage"),
    ],
)
def test_what_is_unknown_in_the_cookie_counts_as_not_chosen(cookie: str, read: ViewSettings) -> None:
    assert ViewSettings.from_cookie(cookie) == read


def test_one_choice_has_one_cookie() -> None:
    assert ViewSettings(images="off", scheme="night").cookie_value == "scheme.night_images.off"
    assert ViewSettings().cookie_value == ""

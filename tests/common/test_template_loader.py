from pathlib import Path

from django.template import Engine, Origin

from common.template_loader import Loader


def contents(path: Path) -> str:
    path.write_text("<ul>\n  <li>\n    one</li>\n</ul>\n")
    return Loader(Engine(), [path.parent]).get_contents(Origin(str(path)))


def test_a_page_loses_its_indentation_and_keeps_its_lines(tmp_path: Path) -> None:
    assert contents(tmp_path / "page.html") == "<ul>\n<li>\none</li>\n</ul>\n"


def test_a_letter_is_left_as_it_was_written(tmp_path: Path) -> None:
    assert contents(tmp_path / "letter.txt") == "<ul>\n  <li>\n    one</li>\n</ul>\n"

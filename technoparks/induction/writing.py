"""Instructions and their texts, as the host writes them."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from common.errors import RuleViolated
from members.models import User
from technoparks.induction.review import hold_labs, review
from technoparks.models import Instruction, InstructionVersion

MOST_QUESTIONS, MOST_OPTIONS = 50, 8
RIGHT, WRONG = "+", "-−–—"


def read_questions(text: str) -> list[dict[str, Any]]:
    """A question on a line, under it its options, each behind a plus (right) or a minus; an empty line before the next
    question. Raises ValueError with the words for whoever has typed it."""
    questions = [_question([*map(str.strip, block.splitlines())]) for block in _blocks(text)]
    if len(questions) > MOST_QUESTIONS:
        raise ValueError(_("At most %(number)d questions.") % {"number": MOST_QUESTIONS})
    return questions


def _blocks(text: str) -> list[str]:
    blocks: list[list[str]] = [[]]
    for line in text.splitlines():
        if line.strip():
            blocks[-1].append(line)
        else:
            blocks.append([])
    return ["\n".join(one) for one in blocks if one]


def _question(lines: list[str]) -> dict[str, Any]:
    asked, *options = lines
    told = {"question": asked}
    if asked[0] in RIGHT + WRONG:
        raise ValueError(_("A question is missing before “%(question)s”.") % told)
    if any(one[0] not in RIGHT + WRONG or not one[1:].strip() for one in options):
        raise ValueError(_("Under “%(question)s” each line begins with + or −, and a text follows.") % told)
    if not 2 <= len(options) <= MOST_OPTIONS:
        raise ValueError(_("“%(question)s” needs two to eight answers.") % told)
    right = [number for number, one in enumerate(options) if one[0] in RIGHT]
    if not right:
        raise ValueError(_("“%(question)s” has no right answer: put + before it.") % told)
    return {"text": asked, "options": [one[1:].strip() for one in options], "right": right}


def write_questions(questions: list[dict[str, Any]]) -> str:
    """The reverse, for a form."""
    return "\n\n".join(
        "\n".join(
            [
                one["text"],
                *(f"{'+' if number in one['right'] else '−'} {option}" for number, option in enumerate(one["options"])),
            ]
        )
        for one in questions
    )


@transaction.atomic
def save_instruction(instruction: Instruction, *, relations: Mapping[str, Any], by: User) -> Instruction:
    """New or changed, with its labs and machines: bookings that do not fit any more are held."""
    hold_labs(instruction.technopark_id)
    instruction.save()
    for name, those in relations.items():
        getattr(instruction, name).set(those)
    review(instruction.technopark_id, by=by)
    return instruction


@transaction.atomic
def publish_version(
    instruction: Instruction,
    *,
    text: str,
    text_en: str,
    questions: list[dict[str, Any]],
    is_needed_anew: bool,
    by: User,
) -> InstructionVersion:
    """The next one. Published again as it stands, it is the one that stands. Where it is needed anew, bookings of those
    who know an earlier one are held.

    Raises RuleViolated without a text.
    """
    hold_labs(instruction.technopark_id)
    current = instruction.current
    version = InstructionVersion(instruction=instruction, text=text, text_en=text_en, questions=questions)
    if not version.text.strip():
        raise RuleViolated(_("Write the text first."), code="text_missing")
    said = (InstructionVersion._meta.get_field("text").get_prep_value(one) for one in (text, text_en))
    if current and (current.text, current.text_en, current.questions) == (*said, questions):
        return current
    version.number = current.number + 1 if current else 1
    version.is_needed_anew = is_needed_anew and current is not None
    version.published_by = by
    version.save()
    review(instruction.technopark_id, by=by)
    return version

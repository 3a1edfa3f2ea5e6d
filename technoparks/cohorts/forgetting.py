"""Who a learner is, deleted: when a consent is withdrawn, a person erased, or the term is over. That somebody applied,
learnt and came remains."""

from collections.abc import Collection

from django.db.models import QuerySet
from django.utils import timezone

from common.documents import forget_documents
from members.personal_data.mentions import forget_reasons
from technoparks.models import CohortApplication, CohortApplicationMove, EnrolmentMove, ProgrammeCertificate


def take_out(applications: "QuerySet[CohortApplication]") -> int:
    """With their certificates, which are not valid any more, and with reasons in what was told of them."""
    keys = [*applications.values_list("pk", flat=True)]
    forget_reasons("cohort application", keys)
    ProgrammeCertificate.objects.standing().filter(enrolment__application__in=keys).update(revoked_at=timezone.now())
    return forget_learners(keys)


def forget_learners(keys: Collection[int]) -> int:
    """What is printed on certificates goes as well, with the paper; their numbers, hours and days remain, and they hold
    still for whoever has the paper."""
    CohortApplicationMove.objects.filter(application__in=keys).update(reason="", by=None)
    EnrolmentMove.objects.filter(enrolment__application__in=keys).update(reason="", by=None)
    certificates = ProgrammeCertificate.objects.filter(enrolment__application__in=keys)
    papers = [*certificates.exclude(document=None).values_list("document", flat=True)]
    certificates.update(name="", reason="", grounds="", document=None)
    forget_documents(papers)
    known = CohortApplication.objects.filter(pk__in=keys, forgotten_at=None)
    return known.update(name="", grade="", age=None, forgotten_at=timezone.now())

"""Who may see whom: caseworkers their own community, street supervisors their street, others all.

Every list and every page of an elder goes through here, so that it is decided in one place.
"""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, exists, or_, select, true
from sqlalchemy.orm import Session

from callcenter.domain.people import Role
from callcenter.services.errors import NotAllowed, NotFound
from callcenter.store.tables import Community, Elder, Escalation, Notice

EVERYBODY = frozenset({Role.OPERATOR, Role.SUPERVISOR, Role.DUTY_OFFICER})
RINGS_PEOPLE = frozenset(Role) - {Role.SUPERVISOR}  # roles that need whole phone numbers
DESK = EVERYBODY  # roles that work on service requests, handoffs and conversations
SIGNS = frozenset({Role.SUPERVISOR, Role.DUTY_OFFICER})  # roles that close a week by name
LEADS = SIGNS | {Role.STREET_SUPERVISOR}  # roles that hand elders over when somebody leaves
GOES_OUT = frozenset({Role.CASEWORKER, Role.STREET_SUPERVISOR, Role.DUTY_OFFICER})


@dataclass(frozen=True, kw_only=True)
class Scope:
    """Whose eyes look."""

    worker_id: int
    role: Role
    street_id: int | None
    community_id: int | None

    @property
    def whole(self) -> bool:
        """True when everybody in the district may be seen."""
        return self.role in EVERYBODY

    @property
    def phones(self) -> bool:
        """True when whole phone numbers may be seen."""
        return self.role in RINGS_PEOPLE

    @property
    def desk(self) -> bool:
        """True for those who work on service requests, handoffs and conversations."""
        return self.role in DESK

    @property
    def goes_out(self) -> bool:
        """True for those who visit elders at home."""
        return self.role in GOES_OUT

    @property
    def signs(self) -> bool:
        """True for those who read the weekly reports and close a week by name."""
        return self.role in SIGNS

    @property
    def leads(self) -> bool:
        """True for those who see to the staff of their street or of the district."""
        return self.role in LEADS

    def elders(self) -> ColumnElement[bool]:
        """The condition that an Elder row is in sight."""
        if self.whole:
            return true()
        if self.role is Role.STREET_SUPERVISOR:
            street = select(Community.id).where(Community.street_id == self.street_id)
            return Elder.community_id.in_(street)
        return or_(
            Elder.caseworker_id == self.worker_id, Elder.community_id == (self.community_id or 0)
        )

    def escalations(self) -> ColumnElement[bool]:
        """The condition that an Escalation row is in sight: in scope, or told to this worker."""
        if self.whole:
            return true()
        told = exists().where(
            Notice.escalation_id == Escalation.id, Notice.worker_id == self.worker_id
        )
        mine = exists().where(Elder.id == Escalation.elder_id, self.elders())
        return or_(mine.correlate(Escalation), told.correlate(Escalation))


def elder_in_sight(session: Session, scope: Scope, elder_id: int) -> Elder:
    """The elder, if this worker may see the file. Raises NotFound or NotAllowed."""
    elder = session.get(Elder, elder_id)
    if elder is None:
        raise NotFound("没有这位老人的档案。")
    if session.scalar(select(Elder.id).where(Elder.id == elder_id, scope.elders())) is None:
        raise NotAllowed("这位老人不在您负责的范围里。")
    return elder


def mask(phone: str) -> str:
    """A phone number with its middle hidden: +86 138****0001."""
    digits = phone.removeprefix("+86")
    if len(digits) < 7:
        return "****" if digits else ""
    return f"{digits[:3]}****{digits[-4:]}"

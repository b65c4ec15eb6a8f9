"""Who may do what: predicates over plain values. Actions ask them; pages and admin ask them to decide what to offer."""

from dataclasses import dataclass, field

from tracker.choices import Role


@dataclass(frozen=True)
class Actor:
    """Who acts, in one alliance: a person in an organisation, or the system itself.

    `organisation` is None where the person is no member of the alliance. `installation_staff` edits the catalogue.
    """

    name: str
    user_id: int | None = None
    user_uuid: str | None = None
    alliance_id: int | None = None
    organisation_id: int | None = None
    organisation_uuid: str | None = None
    organisation_name: str = ""
    roles: frozenset[str] = field(default_factory=frozenset)
    installation_staff: bool = False
    system: bool = False

    def has(self, role: Role, alliance_id: int | None) -> bool:
        """Tell whether the actor holds `role` in that very alliance."""
        return alliance_id is not None and alliance_id == self.alliance_id and role.value in self.roles


SYSTEM = Actor(name="system", system=True, installation_staff=True)


def may_edit_catalogue(actor: Actor) -> bool:
    """Documents, organisations and users are the installation's: its staff, or an import by the system."""
    return actor.system or actor.installation_staff


def may_manage(actor: Actor, alliance_id: int | None) -> bool:
    """Owners, dates and lifecycles of a workspace: its staff, or the system when it records a baseline."""
    return actor.system or actor.has(Role.STAFF, alliance_id)


def may_draft(actor: Actor, alliance_id: int | None) -> bool:
    """A coordinator records an update on any item of the own alliance, never the system."""
    return actor.has(Role.COORDINATOR, alliance_id)


def may_edit_draft(actor: Actor, alliance_id: int | None, organisation_id: int | None) -> bool:
    """A draft belongs to the organisation that began it."""
    return may_draft(actor, alliance_id) and organisation_id == actor.organisation_id


def may_keep_evidence(actor: Actor, alliance_id: int | None) -> bool:
    """The state of a link is noted by whoever records updates, and by the alliance's staff."""
    return may_draft(actor, alliance_id) or may_manage(actor, alliance_id)


def may_review(actor: Actor, alliance_id: int | None, author_id: int | None) -> bool:
    """A reviewer of the alliance who is not the author. Whether the organisation must differ is the alliance's rule."""
    return actor.has(Role.REVIEWER, alliance_id) and actor.user_id != author_id


def may_see_workspace(actor: Actor, alliance_id: int | None) -> bool:
    """Any member of the alliance, whatever the role."""
    return alliance_id is not None and actor.alliance_id == alliance_id and bool(actor.roles)


def may_see_update(
    actor: Actor, alliance_id: int | None, organisation_id: int | None, *, published: bool, draft: bool
) -> bool:
    """The public sees what is published; members what is not a draft; a draft only its own organisation."""
    if published:
        return True
    if not may_see_workspace(actor, alliance_id):
        return False
    return not draft or organisation_id == actor.organisation_id

"""Who may do what: predicates over plain values. Actions ask them; pages and admin ask them to decide what to offer."""

from collections.abc import Collection
from dataclasses import dataclass, field

from tracker.choices import Role, Visibility


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
    public: bool = False

    def has(self, role: Role, alliance_id: int | None) -> bool:
        """Tell whether the actor holds `role` in that very alliance."""
        return alliance_id is not None and alliance_id == self.alliance_id and role.value in self.roles


SYSTEM = Actor(name="system", system=True, installation_staff=True)
# Whoever reads the public pages.
PUBLIC = Actor(name="", public=True)


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


def may_request(actor: Actor, alliance_id: int | None) -> bool:
    """Letters to duty bearers are written by coordinators and by the alliance's staff, never by the system."""
    return may_draft(actor, alliance_id) or actor.has(Role.STAFF, alliance_id)


def may_keep_request(actor: Actor, alliance_id: int | None, organisation_id: int | None) -> bool:
    """A letter is kept up to date by the organisation that wrote it, and by the alliance's staff."""
    own = may_draft(actor, alliance_id) and organisation_id == actor.organisation_id
    return own or actor.has(Role.STAFF, alliance_id)


def may_name_dispute(actor: Actor, alliance_id: int | None) -> bool:
    """What two perspectives disagree about is named by whoever records or reviews updates, or by the staff."""
    return any(actor.has(role, alliance_id) for role in (Role.COORDINATOR, Role.REVIEWER, Role.STAFF))


def may_take_down(actor: Actor, alliance_id: int | None) -> bool:
    """Any member takes something out of public sight at once: waiting for the right person is the greater harm."""
    return may_see_workspace(actor, alliance_id)


def may_release(actor: Actor, alliance_id: int | None, author_id: int | None) -> bool:
    """The safeguarding lead releases or blocks what is held back, and never what they wrote themselves."""
    return actor.has(Role.SAFEGUARDING, alliance_id) and (author_id is None or actor.user_id != author_id)


def may_propose_redaction(actor: Actor, alliance_id: int | None) -> bool:
    """Coordinators, the staff and the safeguarding lead propose what must go; of the installation's, those of any
    alliance (None).
    """
    here = actor.alliance_id if alliance_id is None else alliance_id
    held = any(actor.has(role, here) for role in (Role.COORDINATOR, Role.STAFF, Role.SAFEGUARDING))
    return held and actor.organisation_id is not None


def may_decide_redaction(actor: Actor, alliance_id: int | None) -> bool:
    """The staff or the safeguarding lead decides; about what is the installation's, those of any alliance (None)."""
    here = actor.alliance_id if alliance_id is None else alliance_id
    held = actor.has(Role.STAFF, here) or actor.has(Role.SAFEGUARDING, here)
    return held and actor.organisation_id is not None


def may_carry_out_redaction(
    actor: Actor,
    alliance_id: int | None,
    proposer_id: int | None,
    proposer_organisation_id: int | None,
    *,
    one_organisation: bool = False,
) -> bool:
    """Who decides is another person, of another organisation unless `one_organisation` suffices."""
    differs = one_organisation or actor.organisation_id != proposer_organisation_id
    return may_decide_redaction(actor, alliance_id) and actor.user_id != proposer_id and differs


def may_refuse_redaction(actor: Actor, alliance_id: int | None, proposer_id: int | None) -> bool:
    """Whoever decides refuses, and whoever proposed it takes it back."""
    own = may_propose_redaction(actor, alliance_id) and actor.user_id == proposer_id
    return own or may_decide_redaction(actor, alliance_id)


def may_release_import(actor: Actor) -> bool:
    """Text of a source that was flagged is released by a safeguarding lead of any alliance: the catalogue is all's."""
    return Role.SAFEGUARDING.value in actor.roles


def may_confirm_release(
    actor: Actor, alliance_id: int | None, author_id: int | None, released_by_id: int | None
) -> bool:
    """The second person: a reviewer, the staff or another lead; neither the author nor who released it."""
    held = any(actor.has(role, alliance_id) for role in (Role.REVIEWER, Role.STAFF, Role.SAFEGUARDING))
    return held and actor.user_id not in (author_id, released_by_id)


def gives_every_role(actor: Actor) -> bool:
    """The staff of the actor's own alliance, and the installation's."""
    return may_edit_catalogue(actor) or may_manage(actor, actor.alliance_id)


def may_give_role(actor: Actor, alliance_id: int | None, organisation_id: int | None, role: str) -> bool:
    """The staff gives every role; an organisation's coordinators bring in coordinators of their own.

    Reviewers are the second pair of eyes: an organisation does not appoint its own alone.
    """
    if may_manage(actor, alliance_id) or may_edit_catalogue(actor):
        return True
    return may_edit_draft(actor, alliance_id, organisation_id) and role == Role.COORDINATOR


def may_end_role(actor: Actor, alliance_id: int | None, organisation_id: int | None) -> bool:
    """The staff ends any role; an organisation's coordinators the roles of their own people."""
    staff = may_manage(actor, alliance_id) or may_edit_catalogue(actor)
    return staff or may_edit_draft(actor, alliance_id, organisation_id)


def may_name_keeper(actor: Actor, alliance_id: int | None, organisation_id: int | None) -> bool:
    """Who of an organisation keeps the checkpoints: its coordinators say so, themselves included, or the staff."""
    return may_end_role(actor, alliance_id, organisation_id)


def may_decide_about(actor: Actor, user_id: int | None) -> bool:
    """Nobody gives or ends their own roles or sign-in but the installation's staff, above whom there is nobody."""
    return actor.user_id is None or actor.user_id != user_id or may_edit_catalogue(actor)


def may_show_organisation(
    actor: Actor, organisation_id: int, alliances: Collection[int], *, more: bool = False
) -> bool:
    """How an organisation is named in public: its coordinators hide it at once, `more` of it is for the staff to show.

    `alliances` are those that it is a member of. Of one that works in several, no single one shows more.
    """
    if may_edit_catalogue(actor):
        return True
    here = actor.alliance_id in alliances
    if more:
        return here and len(alliances) == 1 and may_manage(actor, actor.alliance_id)
    own = may_edit_draft(actor, actor.alliance_id, organisation_id)
    return here and (own or may_manage(actor, actor.alliance_id))


def shows_more(old: str, new: str) -> bool:
    """Tell whether `new` shows more of somebody to the public than `old`."""
    return Visibility.values.index(new) < Visibility.values.index(old)


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

"""Every closed list of values, with its words. Codes are stored and exported and never change; words are translated."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Level(TextChoices):
    NOT_ASSESSED = "not_assessed", _("Not yet assessed")
    NO_INFORMATION = "no_information", _("No information")
    NO_ACTION = "no_action", _("No action found")
    ANNOUNCED = "announced", _("Announced")
    UNDER_WAY = "under_way", _("Under way")
    PARTLY_IMPLEMENTED = "partly_implemented", _("Partly implemented")
    IMPLEMENTED = "implemented", _("Implemented")
    CONTRARY = "contrary", _("Contrary measures")


class Lifecycle(TextChoices):
    OPEN = "open", pgettext_lazy("lifecycle", "Open")
    NOT_APPLICABLE = "not_applicable", _("Not applicable")
    SUPERSEDED = "superseded", _("Superseded")
    CLOSED = "closed", _("Closed")
    REOPENED = "reopened", _("Reopened")


OPEN_LIFECYCLES = (Lifecycle.OPEN.value, Lifecycle.REOPENED.value)


class Flag(TextChoices):
    DEADLINE_PASSED = "deadline_passed", _("Deadline passed")
    UPDATE_OVERDUE = "update_overdue", _("Update overdue")
    STALE = "stale", _("Past its verification date")
    STALLED = "stalled", _("No progress for 24 months")
    UNOWNED = "unowned", _("No owner")
    DISPUTED = "disputed", _("Disputed")
    EVIDENCE_LOST = "evidence_lost", _("Evidence lost")


class Perspective(TextChoices):
    ALLIANCE = "alliance", _("Alliance")
    MEMBER_NGO = "member_ngo", _("Member NGO")
    STATE = "state", _("State")
    UN_BODY = "un_body", _("UN body")
    MONITORING_BODY = "monitoring_body", _("Monitoring body")
    OMBUDSPERSON = "ombudsperson", _("Ombudsperson")


class UpdateState(TextChoices):
    DRAFT = "draft", _("Draft")
    SUBMITTED = "submitted", _("Submitted for review")
    RETURNED = "returned", _("Returned")
    AWAITING_SECOND = "awaiting_second", _("Waiting for a second reviewer")
    PUBLISHED = "published", _("Published")
    DISCARDED = "discarded", _("Discarded")


class Origin(TextChoices):
    RECORDED = "recorded", _("Recorded by a member")
    SOURCE = "source", _("From the source")


class ReviewRule(TextChoices):
    ANOTHER_ORGANISATION = "another_organisation", _("Another organisation reviews")
    ANOTHER_PERSON = "another_person", _("Another person reviews")


class PointAtIssue(TextChoices):
    """What two perspectives disagree about."""

    FACT = "fact", pgettext_lazy("point at issue", "The facts")
    SCOPE = "scope", pgettext_lazy("point at issue", "The scope: whom or what it covers")
    SUFFICIENCY = "sufficiency", pgettext_lazy("point at issue", "Whether it is enough")
    EFFECT = "effect", pgettext_lazy("point at issue", "The effect in practice")
    TIMING = "timing", pgettext_lazy("point at issue", "The timing")


class ReplyQuality(TextChoices):
    """What came back to a letter."""

    FULL = "full", pgettext_lazy("reply", "Full")
    PARTIAL = "partial", pgettext_lazy("reply", "Partial")
    EVASIVE = "evasive", pgettext_lazy("reply", "Evasive")
    REFUSED = "refused", pgettext_lazy("reply", "Refused")
    NONE = "none", pgettext_lazy("reply", "None came")


class Risk(TextChoices):
    """What makes a text, a link or a file unfit to be shown: it may identify a child, or it may be no document."""

    NAME_AND_AGE = "name_and_age", _("a name together with an age")
    BIRTH_DATE = "birth_date", _("a date of birth")
    PHONE = "phone", _("a telephone number")
    EMAIL = "email", _("an e-mail address")
    ADDRESS = "address", _("a home address")
    SCHOOL = "school", _("a particular school or class")
    CASE_NUMBER = "case_number", _("the number of a case")
    DOCUMENT_NUMBER = "document_number", _("the number of a personal document")
    MEDIA = "media", _("a picture, a recording or a link to one")
    ARCHIVE = "archive", _("an archive, whose contents cannot be seen")
    EMBEDDED_PICTURE = "embedded_picture", _("a picture inside a document")
    METADATA = "metadata", _("hidden data about its author or place")


class HoldCause(TextChoices):
    FLAGGED = "flagged", _("Flagged by the software")
    TAKEN_DOWN = "taken_down", _("Taken down by a member")


class HoldState(TextChoices):
    WAITING = "waiting", pgettext_lazy("hold", "Waits for the safeguarding lead")
    CONFIRMING = "confirming", pgettext_lazy("hold", "Released by the safeguarding lead; one more person confirms")
    RELEASED = "released", pgettext_lazy("hold", "Released")
    BLOCKED = "blocked", pgettext_lazy("hold", "Blocked")
    LAPSED = "lapsed", pgettext_lazy("hold", "Lapsed: the text was changed")


OPEN_HOLDS = (HoldState.WAITING.value, HoldState.CONFIRMING.value)


class RedactionGround(TextChoices):
    CHILD = "child", _("It may identify a child")
    PERSON_AT_RISK = "person_at_risk", _("It puts a person at risk")
    PERSONAL_DATA = "personal_data", _("Personal data without consent")
    LAW = "law", _("The law or a court demands it")


class RedactionState(TextChoices):
    PROPOSED = "proposed", pgettext_lazy("redaction", "Waits for a second person")
    DONE = "done", pgettext_lazy("redaction", "Carried out")
    REFUSED = "refused", pgettext_lazy("redaction", "Refused")


class EvidenceKind(TextChoices):
    LAW = "law", _("Law or other legal act")
    COURT_DECISION = "court_decision", _("Court decision")
    OFFICIAL_STATISTICS = "official_statistics", _("Official statistics")
    TREATY_RECORD = "treaty_record", _("Depositary's record of a treaty")
    STATE_REPORT = "state_report", _("State's own report about its practice")
    MONITORING_REPORT = "monitoring_report", _("Monitoring report")
    NGO_REPORT = "ngo_report", _("NGO report")
    UN_REPORT = "un_report", _("UN or treaty-body document")
    RESEARCH = "research", _("Research")
    MEDIA = "media", _("Media")
    REQUEST = "request", _("Letter to a duty bearer")


class ComponentVerdict(TextChoices):
    NOT_ASSESSED = "not_assessed", _("Not yet assessed")
    NOT_MET = "not_met", _("Not met")
    PARTLY_MET = "partly_met", _("Partly met")
    MET = "met", _("Met")


class Layer(TextChoices):
    STRUCTURE = "structure", _("Structure (law, institution)")
    PROCESS = "process", _("Process (practice)")
    OUTCOME = "outcome", _("Outcome")


class DocumentKind(TextChoices):
    MONITORING_REPORT = "monitoring_report", _("Monitoring report")
    DECLARATION = "declaration", _("Declaration")
    PROGRESS_CARD = "progress_card", _("Progress card")
    QUESTIONNAIRE = "questionnaire", _("Questionnaire")
    TREATY_BODY_OBSERVATIONS = "treaty_body_observations", _("Treaty-body observations")
    UPR_REPORT = "upr_report", _("UPR report")
    TREATY = "treaty", _("Treaty")
    DEVELOPMENT_GOALS = "development_goals", _("Development goals")


# What points of other documents are related to, whether an alliance follows it or not.
REFERENCE_DOCUMENTS = (DocumentKind.TREATY.value, DocumentKind.DEVELOPMENT_GOALS.value)


class TextRights(TextChoices):
    FREE = "free", _("Free to show")
    PERMISSION_GRANTED = "permission_granted", _("Permission granted")
    PARAPHRASE_ONLY = "paraphrase_only", _("Paraphrase only")


SHOWN_RIGHTS = (TextRights.FREE.value, TextRights.PERMISSION_GRANTED.value)


class ImportState(TextChoices):
    PREVIEW = "preview", pgettext_lazy("import", "Waiting to be accepted")
    ACCEPTED = "accepted", pgettext_lazy("import", "Accepted")
    DISCARDED = "discarded", pgettext_lazy("import", "Discarded")


class RecommendationKind(TextChoices):
    PRIORITY_ACTION = "priority_action", _("Priority action")
    COMMITMENT = "commitment", _("Commitment")
    QUESTION = "question", _("Question")
    INDICATOR = "indicator", _("Indicator")
    RECOMMENDATION = "recommendation", _("Recommendation")
    ARTICLE = "article", _("Article of a treaty")
    TARGET = "target", _("Target of the development goals")


COUNTED_KINDS = (RecommendationKind.PRIORITY_ACTION.value, RecommendationKind.COMMITMENT.value)
REFERENCE_KINDS = (RecommendationKind.ARTICLE.value, RecommendationKind.TARGET.value)
UNLEVELLED_KINDS = (RecommendationKind.QUESTION.value, *REFERENCE_KINDS)


class RelationKind(TextChoices):
    """How a point relates to another, read from the first to the second. Broader is narrower, read the other way."""

    SAME = "same", pgettext_lazy("relation", "Asks for the same")
    NARROWER = "narrower", pgettext_lazy("relation", "Is a part of")
    SUPERSEDES = "supersedes", pgettext_lazy("relation", "Replaces")
    IN_TENSION = "in_tension", pgettext_lazy("relation", "Pulls the other way")


# These say of both points what they say of one; of the others, what they say of the second point.
MUTUAL_RELATIONS = (RelationKind.SAME.value, RelationKind.IN_TENSION.value)
READ_BACK = {
    RelationKind.NARROWER.value: pgettext_lazy("relation", "Goes further than"),
    RelationKind.SUPERSEDES.value: pgettext_lazy("relation", "Is replaced by"),
}


class Area(TextChoices):
    NATIONAL_PLAN = "national_plan", _("National plan")
    COORDINATION = "coordination", _("Coordination and cooperation")
    PREVENTION = "prevention", _("Prevention")
    LAW_PROTECTION = "law_protection", _("Law and protection")
    RECOVERY = "recovery", _("Recovery and reintegration")
    PARTICIPATION = "participation", _("Child participation")


class Addressee(TextChoices):
    STATES = "states", _("States")
    PRIVATE_SECTOR = "private_sector", _("Private sector, employers' and workers' organisations")
    CRC_COMMITTEE = "crc_committee", _("Committee on the Rights of the Child")
    TREATY_BODIES = (
        "treaty_bodies",
        _("Other UN treaty bodies, special procedures, special representatives and regional mechanisms"),
    )
    HUMAN_RIGHTS_COUNCIL = "human_rights_council", _("Human Rights Council")
    UN_RAPPORTEURS = "un_rapporteurs", _("UN special representatives and rapporteurs")
    UN_AGENCIES_NGOS = "un_agencies_ngos", _("UN agencies, NGOs and human rights institutions")
    FINANCIAL_INSTITUTIONS = "financial_institutions", _("International financial institutions")
    RELIGIOUS_COMMUNITIES = "religious_communities", _("Religious communities")
    CONGRESS_PARTICIPANTS = "congress_participants", _("Participants of the World Congress")


class OrganisationKind(TextChoices):
    NGO = "ngo", _("NGO")
    STATE_BODY = "state_body", _("State body")
    UN_BODY = "un_body", _("UN body")
    INTERGOVERNMENTAL = "intergovernmental", _("Intergovernmental body")
    MONITORING_BODY = "monitoring_body", _("Monitoring body")
    COMPANY = "company", _("Company")
    COALITION = "coalition", _("Coalition")


class Visibility(TextChoices):
    NAMED = "named", _("Named")
    ROLE_ONLY = "role_only", _("Role only")
    HIDDEN = "hidden", _("Hidden")


class Role(TextChoices):
    COORDINATOR = "coordinator", _("Coordinator")
    REVIEWER = "reviewer", _("Reviewer")
    STAFF = "staff", _("Secretariat staff")
    SAFEGUARDING = "safeguarding", _("Safeguarding lead")


class Concern(TextChoices):
    """What a reader writes to those who keep the record about."""

    WRONG = "wrong", _("Something on these pages is wrong or out of date")
    DANGER = "danger", _("Something on these pages could put a person at risk")
    INFORMATION = "information", _("I know of something that belongs here")


class Translation(TextChoices):
    DRAFT = "draft", _("Draft translation")
    REVIEWED = "reviewed", _("Reviewed translation")


class TreatyEventKind(TextChoices):
    SIGNED = "signed", _("Signed")
    RATIFIED = "ratified", _("Ratified")
    ACCEDED = "acceded", _("Acceded")
    IN_FORCE = "in_force", _("In force")
    REPORT_DUE = "report_due", _("Report due")
    REPORT_SUBMITTED = "report_submitted", _("Report submitted")
    NOT_PARTY = "not_party", _("Not a party, as the source says")


# Open lists: a new value here needs no migration, as models take the callable.
THEMES = {
    "online": _("Online"),
    "abuse_material": _("Child sexual abuse material"),
    "prostitution": _("Exploitation in prostitution"),
    "travel_tourism": _("Travel and tourism"),
    "trafficking": _("Trafficking"),
    "demand": _("Demand"),
    "legal_reform": _("Law reform"),
    "treaties": _("Treaties"),
    "law_enforcement": _("Law enforcement"),
    "extraterritorial": _("Crimes abroad"),
    "offenders": _("Offenders"),
    "corporate_liability": _("Liability of companies"),
    "victim_services": _("Services for victims"),
    "helplines_reporting": _("Helplines and reporting"),
    "child_justice": _("Child-friendly justice"),
    "privacy": _("Privacy"),
    "non_discrimination": _("Non-discrimination"),
    "birth_registration": _("Birth registration"),
    "families_communities": _("Families and communities"),
    "education": _("Education"),
    "training": _("Training"),
    "awareness": _("Awareness raising"),
    "research_data": _("Research and data"),
    "funding": _("Funding"),
    "international_cooperation": _("International cooperation"),
    "inter_agency": _("Work between agencies"),
    "private_sector": _("Private sector"),
    "media": _("Media"),
    "participation": _("Participation"),
    "monitoring": _("Monitoring"),
    "national_plan": _("National plan"),
    "ombudsperson": _("Ombudsperson"),
    "organised_crime": _("Organised crime"),
    "corruption": _("Corruption"),
}

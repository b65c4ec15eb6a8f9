"""What may identify a child, and what is no document: pure rules on texts, links and files. Nothing is stored here.

The rules look for classes of things, in English and Russian, and are wrong at times in both directions: two people look
at what is flagged, and reviewers read all of it.
"""

from tracker.safeguarding.files import file_risks
from tracker.safeguarding.links import link_risks
from tracker.safeguarding.passage import Finding
from tracker.safeguarding.texts import text_findings

__all__ = ["Finding", "file_risks", "link_risks", "text_findings"]

"""The layouts that are known. A new one is a file beside these and a line here; docs/importing.md has the recipe."""

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from tracker.errors import SourceRefused
from tracker.importer.layouts import country_report, questionnaire
from tracker.importer.reading import Reading, Source

# More than any report has; what is written in one act must not keep others waiting for minutes.
MOST_POINTS = 3000


@dataclass(frozen=True)
class Layout:
    """One way in which documents are set. `fits` tells whether a file looks like it; `read` takes it to points."""

    name: str
    label: str | Promise
    fits: Callable[[Source], bool]
    read: Callable[[Source], Reading]


LAYOUTS = {
    module.NAME: Layout(module.NAME, module.LABEL, module.fits, module.read)
    for module in (country_report, questionnaire)
}


def read(source: Source, layout: str = "") -> Reading:
    """Return what `source` holds, by the named layout or the first that fits.

    Raises SourceRefused where none fits, where `layout` is unknown, or where no point was found.
    """
    if layout and layout not in LAYOUTS:
        raise SourceRefused(
            _("There is no layout “%(name)s”. There are: %(names)s.") % {"name": layout, "names": ", ".join(LAYOUTS)}
        )
    chosen = LAYOUTS[layout] if layout else next((each for each in LAYOUTS.values() if each.fits(source)), None)
    reading = chosen.read(source) if chosen else None
    if reading is None or not reading.points:
        raise SourceRefused(
            _(
                "“%(name)s” is no document of a kind that can be read: neither numbered points nor a list of actions "
                "was found. Known are: %(labels)s. If it is one of these, name the layout."
            )
            % {"name": source.name, "labels": "; ".join(str(each.label) for each in LAYOUTS.values())}
        )
    if len(reading.points) > MOST_POINTS:
        raise SourceRefused(
            _("“%(name)s” has more than %(most)s points: it is no report as text.")
            % {"name": source.name, "most": MOST_POINTS}
        )
    return reading

"""What flows: events, observables by name, and the files that hold them."""

from hepsym.events.concatenate import concatenate
from hepsym.events.event import INCOMING, INTERMEDIATE, OUTGOING, Events, Provenance
from hepsym.events.files import (
    FORMATS,
    EventWriter,
    check_output,
    dropped,
    format_of,
    is_event_file,
    iterate,
    open_writer,
    provenance_of,
    read,
    write,
)
from hepsym.events.legs import have_names, leg_latex, leg_names, outgoing_legs, resolve_leg
from hepsym.events.observables.names import Observable, default_observables, observable, observable_names
from hepsym.events.table import Table, events_table, read_table
from hepsym.events.template import Template
from hepsym.events.validation import validate

__all__ = [
    "FORMATS",
    "INCOMING",
    "INTERMEDIATE",
    "OUTGOING",
    "EventWriter",
    "Events",
    "Observable",
    "Provenance",
    "Table",
    "Template",
    "check_output",
    "concatenate",
    "default_observables",
    "dropped",
    "events_table",
    "format_of",
    "have_names",
    "is_event_file",
    "iterate",
    "leg_latex",
    "leg_names",
    "observable",
    "observable_names",
    "open_writer",
    "outgoing_legs",
    "provenance_of",
    "read",
    "read_table",
    "resolve_leg",
    "validate",
    "write",
]

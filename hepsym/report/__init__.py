"""What shows: a run's report, one static HTML page, and studies that run end to end."""

from hepsym.report.run.compose import write

__all__ = ["write"]

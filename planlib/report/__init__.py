"""Reports: one template and one client give an executed notebook and the files a client receives; one or many."""

from planlib.report.jobs import Job, Record, build, render
from planlib.report.many import batch

__all__ = ["Job", "Record", "batch", "build", "render"]

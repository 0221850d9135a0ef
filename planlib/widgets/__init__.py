"""Live panels over finished tables: what a room chooses goes one way, to the workbook, with who and why."""

"""What shows: figures, pages, and studies run end to end."""

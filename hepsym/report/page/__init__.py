"""How does anything look? Text, tables, figures and pages, whatever they show."""

"""What is to be generated? A process card, its tables, and the process string in it."""

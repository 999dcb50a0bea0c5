"""What can be asked of an event by name, and how is it computed?"""

"""How is an amplitude evaluated? A tape of values, the program it becomes, the loop that runs any program."""

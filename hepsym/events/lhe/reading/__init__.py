"""How is a Les Houches file of unknown origin read, fast and with nothing taken on trust?"""

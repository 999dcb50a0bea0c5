"""How are events written as Les Houches text, to the bit?"""

"""How are the codes v of all classes brought to one law, with the model left as it is?"""

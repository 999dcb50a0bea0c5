"""How many directions do the rows fill at each scale, by which evidence?"""

"""Which polynomial equations do the rows satisfy, exactly or but for noise?"""

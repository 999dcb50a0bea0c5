"""How are n particles drawn all at once and all alike?"""

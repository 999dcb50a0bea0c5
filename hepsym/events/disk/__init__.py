"""How does a file come to be, whole, and how is a damaged one known?"""

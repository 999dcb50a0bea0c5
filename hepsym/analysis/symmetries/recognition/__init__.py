"""What are these equations called, and how are they written for a reader?"""

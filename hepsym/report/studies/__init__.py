"""How does a card run end to end? What studies say, where they are kept, their stages, what they show."""

"""How do events lie in memory while they are drawn? In blocks, one quantity a row."""

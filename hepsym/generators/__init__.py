"""What makes events: processes, matrix elements, phase space."""

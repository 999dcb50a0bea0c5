"""What is the colour of an amplitude? Exact tensors, the flows they are made of, sums over colours."""

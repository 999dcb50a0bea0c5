"""What is a model of the family made of? Bodies, class codes, likelihoods, and the bound that ties them."""

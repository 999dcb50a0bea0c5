"""What do autoencoders of jets keep, miss and find? Studies of models against one another, a page each."""

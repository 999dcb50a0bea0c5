"""What does a Lorentz group autoencoder have to beat? One model a file, all behind one interface."""

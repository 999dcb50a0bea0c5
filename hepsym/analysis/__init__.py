"""What asks: one question a file, arrays in, an estimate with its error out."""

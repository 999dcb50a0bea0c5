"""Two partons to two particles, in one loop: Drell-Yan pairs and heavy quarks at the speed of their PDFs."""

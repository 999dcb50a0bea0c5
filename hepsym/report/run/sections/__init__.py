"""Which sections has a run's page? One a file; each says nothing where there is nothing to show."""

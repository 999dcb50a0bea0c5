"""On what does a model train? The device, its threads, the processes beside it."""

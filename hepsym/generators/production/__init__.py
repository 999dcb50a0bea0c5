"""How do events get made, in memory or on disk? Threads, processes, clusters, streams: the same bits."""

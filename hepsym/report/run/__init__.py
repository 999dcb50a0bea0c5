"""What has a run to show? Its sample, what was learned, in words, tables and figures."""

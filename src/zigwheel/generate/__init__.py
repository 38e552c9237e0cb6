"""Sources that come from somewhere: made once on this machine, laid over the project, kept in the cache."""

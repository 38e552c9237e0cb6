"""Secondary caches: copies of what an index has, at another place."""

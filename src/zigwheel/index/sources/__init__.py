"""Where the bytes of a file come from when the store lacks them: caches, and builds."""

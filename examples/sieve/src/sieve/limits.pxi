LIMIT = 1 << 24

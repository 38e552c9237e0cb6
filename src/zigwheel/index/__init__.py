"""An index of packages: sdists, recipes and hashes stay, the bytes of wheels come and go."""

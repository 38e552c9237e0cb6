"""The hooks, called as a front end calls them: each in a process of its own, in the project's folder."""

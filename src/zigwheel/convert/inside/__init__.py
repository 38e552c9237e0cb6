"""What runs inside a project's build environment: the standard library alone, none of zigwheel.

`main.py` is started by its path, with the Python of that environment. It loads its neighbours as
`zigwheel.convert.inside.*` without importing `zigwheel`, then takes those names away again.
"""

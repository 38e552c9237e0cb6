from setuptools import Extension, setup

setup(ext_modules=[Extension("tally._core", ["csrc/_core.c", "csrc/tally.c"])])

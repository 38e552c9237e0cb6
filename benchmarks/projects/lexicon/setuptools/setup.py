from setuptools import Extension, setup

setup(ext_modules=[Extension("lexicon._core", ["csrc/_core.cpp", "csrc/lexicon.cpp"])])

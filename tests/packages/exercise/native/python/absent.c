/* `exercise._cxx` without the checks: see `EXERCISE_C_ONLY` in pyproject.toml. */
#include "module.h"

static PyMethodDef methods[] = {{NULL, NULL, 0, NULL}};

#define MODULE_NAME "_cxx"
#define MODULE_INIT PyInit__cxx
#define MODULE_EXPORT PyModExport__cxx
#include "define.h"

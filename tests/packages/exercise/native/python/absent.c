/* `exercise._cxx` without a check in it: see `EXERCISE_C_ONLY` in pyproject.toml. */
#include <Python.h>

static PyObject *names(PyObject *module, PyObject *nothing)
{
    (void)module;
    (void)nothing;
    return PyList_New(0);
}

static PyMethodDef methods[] = {
    {"names", names, METH_NOARGS, "names($module, /)\n--\n\nNone."},
    {NULL, NULL, 0, NULL},
};

#define MODULE_NAME "_cxx"
#define MODULE_INIT PyInit__cxx
#define MODULE_EXPORT PyModExport__cxx
#include "define.h"

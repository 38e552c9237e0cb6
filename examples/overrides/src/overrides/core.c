#include <Python.h>

#include "popcount.h"

#if defined(PLAIN_OLD) == defined(MODERN)
#error "one override takes PLAIN_OLD away and adds MODERN"
#endif

#ifndef MODERN
#define MODERN 0
#endif

static PyObject *compiled_for(PyObject *Py_UNUSED(module), PyObject *Py_UNUSED(ignored))
{
    return Py_BuildValue("{s:s,s:s,s:s,s:s,s:O,s:O}", "os", BUILT_OS, "arch", BUILT_ARCH, "libc",
                         BUILT_LIBC, "popcount", popcount_source, "modern",
                         MODERN ? Py_True : Py_False, "checked", CHECKED ? Py_True : Py_False);
}

static PyObject *count_bits(PyObject *Py_UNUSED(module), PyObject *number)
{
    unsigned long long value = PyLong_AsUnsignedLongLong(number);
    if (value == (unsigned long long)-1 && PyErr_Occurred()) {
        return NULL;
    }
    return PyLong_FromLong(popcount(value));
}

static PyMethodDef methods[] = {
    {"compiled_for", compiled_for, METH_NOARGS,
     "compiled_for($module, /)\n--\n\nWhat the module was compiled for."},
    {"popcount", count_bits, METH_O,
     "popcount($module, number, /)\n--\n\nNumber of bits that are set."},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef module = {
    PyModuleDef_HEAD_INIT,
    .m_name = "overrides._core",
    .m_methods = methods,
};

PyMODINIT_FUNC PyInit__core(void)
{
    return PyModuleDef_Init(&module);
}

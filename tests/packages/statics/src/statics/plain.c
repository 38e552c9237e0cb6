#include "module.h"

static PyObject *value(PyObject *self, PyObject *argument)
{
    (void)self;
    return PyLong_FromLongLong(PyLong_AsLongLong(argument));
}

MODULE(_plain, value)

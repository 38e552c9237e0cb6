// C++, and nothing of its library.
#include "module.h"

static PyObject *value(PyObject *, PyObject *argument)
{
    return PyLong_FromLongLong(PyLong_AsLongLong(argument));
}

extern "C" {
MODULE(_bare, value)
}

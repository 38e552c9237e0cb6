#include "module.h"

static PyObject *value(PyObject *self, PyObject *argument)
{
    (void)self;
    unsigned __int128 wide = (unsigned __int128)PyLong_AsUnsignedLongLong(argument) << 70;
    return PyLong_FromUnsignedLongLong((unsigned long long)(wide / (wide >> 66 | 1)));
}

MODULE(_wide, value)

#include "module.h"
#include "../../vendor/sum/sum.h"

static PyObject *value(PyObject *self, PyObject *argument)
{
    (void)self;
    return PyLong_FromLongLong(sum_up_to(PyLong_AsLongLong(argument)));
}

MODULE(_sum, value)

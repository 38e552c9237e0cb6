#include "module.h"

#include <stdexcept>
#include <string>

static PyObject *value(PyObject *, PyObject *argument)
{
    try {
        throw std::runtime_error(std::to_string(PyLong_AsLongLong(argument)));
    } catch (const std::exception &error) {
        return PyLong_FromString(error.what(), nullptr, 10);
    }
}

extern "C" {
MODULE(_throws, value)
}

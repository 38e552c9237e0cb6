#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include "kinds.h"

static const struct {
    const char *name;
    uint32_t (*function)(const unsigned char *, size_t);
} kinds[] = {ALL_KINDS};

static PyObject *checksum(PyObject *Py_UNUSED(module), PyObject *args)
{
    const char *name;
    Py_buffer data;
    if (!PyArg_ParseTuple(args, "sy*:checksum", &name, &data))
        return NULL;
    PyObject *result = NULL;
    for (size_t i = 0; kinds[i].name && !result; i++)
        if (strcmp(name, kinds[i].name) == 0)
            result = PyLong_FromUnsignedLong(kinds[i].function(data.buf, (size_t)data.len));
    PyBuffer_Release(&data);
    if (!result && !PyErr_Occurred())
        PyErr_Format(PyExc_ValueError, "no checksum is called %s", name);
    return result;
}

static PyMethodDef methods[] = {
    {"checksum", checksum, METH_VARARGS, "checksum(name, data)\n--\n\nThe checksum of some bytes."},
    {NULL, NULL, 0, NULL},
};

static PyModuleDef_Slot slots[] = {{0, NULL}};

static struct PyModuleDef definition = {
    .m_base = PyModuleDef_HEAD_INIT,
    .m_name = "checksums._core",
    .m_methods = methods,
    .m_slots = slots,
};

PyMODINIT_FUNC PyInit__core(void)
{
    return PyModuleDef_Init(&definition);
}

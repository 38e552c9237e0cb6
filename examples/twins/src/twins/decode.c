#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include <radix.h>

static PyObject *decode(PyObject *Py_UNUSED(module), PyObject *args)
{
    const char *text, *alphabet;
    if (!PyArg_ParseTuple(args, "ss:decode", &text, &alphabet)) {
        return NULL;
    }
    unsigned char bytes[RADIX_BYTES];
    radix_status status = radix_decode(text, alphabet, bytes);
    if (status != RADIX_OK) {
        PyErr_SetString(PyExc_ValueError, radix_message(status));
        return NULL;
    }
    return PyBytes_FromStringAndSize((const char *)bytes, sizeof bytes);
}

static PyMethodDef methods[] = {
    {"decode", decode, METH_VARARGS, "decode($module, text, alphabet, /)\n--\n\nText as 16 bytes."},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef module = {
    PyModuleDef_HEAD_INIT,
    .m_name = "twins._decode",
    .m_methods = methods,
};

PyMODINIT_FUNC PyInit__decode(void)
{
    return PyModuleDef_Init(&module);
}

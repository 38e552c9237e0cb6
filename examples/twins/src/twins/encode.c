#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include <radix.h>

static PyObject *encode(PyObject *Py_UNUSED(module), PyObject *args)
{
    const char *bytes, *alphabet;
    Py_ssize_t length;
    if (!PyArg_ParseTuple(args, "y#s:encode", &bytes, &length, &alphabet)) {
        return NULL;
    }
    if (length != RADIX_BYTES) {
        return PyErr_Format(PyExc_ValueError, "expected 16 bytes, not %zd", length);
    }
    char text[RADIX_MAX_DIGITS + 1];
    radix_status status = radix_encode((const unsigned char *)bytes, alphabet, text);
    if (status != RADIX_OK) {
        PyErr_SetString(PyExc_ValueError, radix_message(status));
        return NULL;
    }
    return PyUnicode_FromString(text);
}

static PyMethodDef methods[] = {
    {"encode", encode, METH_VARARGS, "encode($module, data, alphabet, /)\n--\n\n16 bytes as text."},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef module = {
    PyModuleDef_HEAD_INIT,
    .m_name = "twins._encode",
    .m_methods = methods,
};

PyMODINIT_FUNC PyInit__encode(void)
{
    return PyModuleDef_Init(&module);
}

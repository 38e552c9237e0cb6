#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include <sums.h>

typedef uint32_t (*sum_function)(const uint8_t *data, size_t size);

static PyObject *sum_of(PyObject *object, sum_function function) {
    Py_buffer view;
    if (PyObject_GetBuffer(object, &view, PyBUF_SIMPLE) < 0) return NULL;
    uint32_t sum = function(view.buf, (size_t)view.len);
    PyBuffer_Release(&view);
    return PyLong_FromUnsignedLong(sum);
}

static PyObject *adler32(PyObject *module, PyObject *object) {
    return sum_of(object, sums_adler32);
}

static PyObject *crc32(PyObject *module, PyObject *object) {
    return sum_of(object, sums_crc32);
}

static PyObject *fletcher16(PyObject *module, PyObject *object) {
    return sum_of(object, sums_fletcher16);
}

static PyMethodDef methods[] = {
    {"adler32", adler32, METH_O, "Adler-32 of a buffer."},
    {"crc32", crc32, METH_O, "CRC-32 of a buffer."},
    {"fletcher16", fletcher16, METH_O, "Fletcher-16 of a buffer."},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef module = {
    .m_base = PyModuleDef_HEAD_INIT,
    .m_name = "_core",
    .m_size = 0,
    .m_methods = methods,
};

PyMODINIT_FUNC PyInit__core(void) {
    return PyModuleDef_Init(&module);
}

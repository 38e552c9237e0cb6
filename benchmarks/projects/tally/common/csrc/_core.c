#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include "tally.h"

static PyObject *adler32(PyObject *self, PyObject *arg) {
    Py_buffer view;
    uint32_t sum;
    (void)self;
    if (PyObject_GetBuffer(arg, &view, PyBUF_SIMPLE) < 0) {
        return NULL;
    }
    Py_BEGIN_ALLOW_THREADS
    sum = tally_adler32(view.buf, (size_t)view.len);
    Py_END_ALLOW_THREADS
    PyBuffer_Release(&view);
    return PyLong_FromUnsignedLong(sum);
}

static PyObject *histogram(PyObject *self, PyObject *arg) {
    Py_buffer view;
    size_t counts[256] = {0};
    PyObject *list;
    (void)self;
    if (PyObject_GetBuffer(arg, &view, PyBUF_SIMPLE) < 0) {
        return NULL;
    }
    tally_histogram(view.buf, (size_t)view.len, counts);
    PyBuffer_Release(&view);
    list = PyList_New(256);
    for (Py_ssize_t i = 0; list != NULL && i < 256; i++) {
        PyObject *count = PyLong_FromSize_t(counts[i]);
        if (count == NULL) {
            Py_CLEAR(list);
            break;
        }
        PyList_SET_ITEM(list, i, count);
    }
    return list;
}

static PyObject *longest_run(PyObject *self, PyObject *arg) {
    Py_buffer view;
    unsigned char which = 0;
    size_t length;
    (void)self;
    if (PyObject_GetBuffer(arg, &view, PyBUF_SIMPLE) < 0) {
        return NULL;
    }
    length = tally_longest_run(view.buf, (size_t)view.len, &which);
    PyBuffer_Release(&view);
    if (length == 0) {
        PyErr_SetString(PyExc_ValueError, "no bytes, no run");
        return NULL;
    }
    return Py_BuildValue("ni", (Py_ssize_t)length, (int)which);
}

static PyMethodDef methods[] = {
    {"adler32", adler32, METH_O, "Adler-32 of a bytes-like object."},
    {"histogram", histogram, METH_O, "How often each byte occurs, as a list of 256 numbers."},
    {"longest_run", longest_run, METH_O, "Length of the longest run of a byte, and the byte."},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT, "tally._core", NULL, 0, methods, NULL, NULL, NULL, NULL,
};

PyMODINIT_FUNC PyInit__core(void) {
    return PyModuleDef_Init(&definition);
}

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include "tally.h"

static PyObject *machine(PyObject *self, PyObject *nothing) {
    int long_size, pointer_size, big_endian;
    tally_machine(&long_size, &pointer_size, &big_endian);
    return Py_BuildValue("(iis)", long_size, pointer_size, big_endian ? "big" : "little");
}

static PyObject *uses(PyObject *self, PyObject *nothing) {
    return PyUnicode_FromString(tally_uses());
}

static PyObject *now(PyObject *self, PyObject *nothing) {
    return PyLong_FromUnsignedLongLong(tally_now());
}

static PyObject *length(PyObject *self, PyObject *args) {
    const char *text;
    Py_ssize_t size, most;
    if (!PyArg_ParseTuple(args, "y#n", &text, &size, &most)) {
        return NULL;
    }
    return PyLong_FromSize_t(tally_length(text, (size_t)(most < size ? most : size)));
}

static PyMethodDef methods[] = {
    {"machine", machine, METH_NOARGS, "Sizes of long and of a pointer, and the order of bytes."},
    {"uses", uses, METH_NOARGS, "The functions of the system that the library uses."},
    {"now", now, METH_NOARGS, "Nanoseconds on a clock that never goes back."},
    {"length", length, METH_VARARGS, "Bytes before the first NUL, but no more than most."},
    {NULL, NULL, 0, NULL},
};

static int exec_module(PyObject *module) {
    return PyModule_AddStringConstant(module, "version", tally_version());
}

static PyModuleDef_Slot slots[] = {
    {Py_mod_exec, exec_module},
    {0, NULL},
};

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT, "_tally", NULL, 0, methods, slots, NULL, NULL, NULL,
};

PyMODINIT_FUNC PyInit__tally(void) {
    return PyModuleDef_Init(&definition);
}

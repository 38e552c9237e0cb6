/* A module of one function, `value`, which takes an integer. */

#include <Python.h>

#define MODULE(name, function)                                                     \
    static PyMethodDef methods[] = {                                               \
        {"value", function, METH_O, NULL},                                         \
        {NULL, NULL, 0, NULL},                                                     \
    };                                                                             \
    static PyModuleDef module = {                                                  \
        PyModuleDef_HEAD_INIT, #name, NULL, 0, methods, NULL, NULL, NULL, NULL,    \
    };                                                                             \
    PyMODINIT_FUNC PyInit_##name(void)                                             \
    {                                                                              \
        return PyModule_Create(&module);                                           \
    }

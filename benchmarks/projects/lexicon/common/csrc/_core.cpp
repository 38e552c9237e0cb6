#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include "lexicon.hpp"

static PyObject *raise_current() {
    try {
        throw;
    } catch (const lexicon::BadLine &error) {
        PyErr_SetString(PyExc_ValueError, error.what());
    } catch (const std::bad_alloc &) {
        PyErr_NoMemory();
    } catch (const std::exception &error) {
        PyErr_SetString(PyExc_RuntimeError, error.what());
    }
    return nullptr;
}

static PyObject *most_common(PyObject *, PyObject *args) {
    const char *text;
    Py_ssize_t size, limit;
    if (!PyArg_ParseTuple(args, "s#n", &text, &size, &limit)) {
        return nullptr;
    }
    try {
        auto words = lexicon::most_common(
            lexicon::count({text, static_cast<std::size_t>(size)}), static_cast<std::size_t>(limit));
        PyObject *list = PyList_New(0);
        for (const auto &[word, number] : words) {
            PyObject *pair = list ? Py_BuildValue("sn", word.c_str(), static_cast<Py_ssize_t>(number)) : nullptr;
            if (!pair || PyList_Append(list, pair) < 0) {
                Py_CLEAR(list);
            }
            Py_XDECREF(pair);
        }
        return list;
    } catch (...) {
        return raise_current();
    }
}

static PyObject *parse(PyObject *, PyObject *args) {
    const char *text;
    if (!PyArg_ParseTuple(args, "s", &text)) {
        return nullptr;
    }
    try {
        PyObject *dict = PyDict_New();
        for (const auto &[word, number] : lexicon::parse(text)) {
            PyObject *value = dict ? PyLong_FromSize_t(number) : nullptr;
            if (!value || PyDict_SetItemString(dict, word.c_str(), value) < 0) {
                Py_CLEAR(dict);
            }
            Py_XDECREF(value);
        }
        return dict;
    } catch (...) {
        return raise_current();
    }
}

static PyMethodDef methods[] = {
    {"most_common", most_common, METH_VARARGS, "The words of a text that occur most, with numbers."},
    {"parse", parse, METH_VARARGS, "Lines of `word = number` as a dict; raises ValueError."},
    {nullptr, nullptr, 0, nullptr},
};

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT, "lexicon._core", nullptr, 0, methods, nullptr, nullptr, nullptr, nullptr,
};

PyMODINIT_FUNC PyInit__core() {
    return PyModuleDef_Init(&definition);
}

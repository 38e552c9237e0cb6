#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include <exception>
#include <vector>

#include "hull.hpp"

static bool read_points(PyObject *sequence, std::vector<hull::Point> &points) {
    PyObject *fast = PySequence_Fast(sequence, "a sequence of pairs");
    if (!fast) {
        return false;
    }
    bool good = true;
    for (Py_ssize_t i = 0; good && i < PySequence_Fast_GET_SIZE(fast); i++) {
        hull::Point point{};
        PyObject *pair = PySequence_Fast_GET_ITEM(fast, i);
        good = PyTuple_Check(pair) && PyArg_ParseTuple(pair, "dd", &point.x, &point.y);
        points.push_back(point);
    }
    Py_DECREF(fast);
    if (!good && !PyErr_Occurred()) {
        PyErr_SetString(PyExc_TypeError, "a point is a pair of numbers");
    }
    return good;
}

static PyObject *convex_hull(PyObject *, PyObject *arg) {
    try {
        std::vector<hull::Point> points;
        if (!read_points(arg, points)) {
            return nullptr;
        }
        PyObject *list = PyList_New(0);
        for (const auto &corner : hull::convex_hull(points)) {
            PyObject *pair = list ? Py_BuildValue("dd", corner.x, corner.y) : nullptr;
            if (!pair || PyList_Append(list, pair) < 0) {
                Py_CLEAR(list);
            }
            Py_XDECREF(pair);
        }
        return list;
    } catch (const std::exception &error) {
        PyErr_SetString(PyExc_ValueError, error.what());
        return nullptr;
    }
}

static PyMethodDef methods[] = {
    {"convex_hull", convex_hull, METH_O, "Corners of the convex hull of a list of pairs."},
    {nullptr, nullptr, 0, nullptr},
};

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT, "hull._core", nullptr, 0, methods, nullptr, nullptr, nullptr, nullptr,
};

PyMODINIT_FUNC PyInit__core() {
    return PyModuleDef_Init(&definition);
}

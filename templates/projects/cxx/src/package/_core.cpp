#include <Python.h>

#include <exception>
#include <memory>
#include <new>
#include <numeric>
#include <stdexcept>
#include <vector>

namespace {

/// Thrown where Python has set an exception already.
struct python_error : std::exception {};

struct decrement {
    void operator()(PyObject *object) const { Py_DECREF(object); }
};

/// A reference that is ours.
using owned = std::unique_ptr<PyObject, decrement>;

std::vector<double> numbers(PyObject *values)
{
    owned iterator(PyObject_GetIter(values));
    if (!iterator) {
        throw python_error();
    }
    std::vector<double> found;
    while (owned item{PyIter_Next(iterator.get())}) {
        double value = PyFloat_AsDouble(item.get());
        if (PyErr_Occurred()) {
            throw python_error();
        }
        found.push_back(value);
    }
    if (PyErr_Occurred()) {
        throw python_error();
    }
    return found;
}

double mean_of(const std::vector<double> &values)
{
    if (values.empty()) {
        throw std::invalid_argument("no values");
    }
    return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

PyObject *mean(PyObject *, PyObject *values)
{
    // No exception of C++ may pass through Python, which is C.
    try {
        return PyFloat_FromDouble(mean_of(numbers(values)));
    } catch (const python_error &) {
        return nullptr;
    } catch (const std::bad_alloc &) {
        return PyErr_NoMemory();
    } catch (const std::exception &error) {
        PyErr_SetString(PyExc_ValueError, error.what());
        return nullptr;
    }
}

PyMethodDef methods[] = {
    {"mean", mean, METH_O, "mean($module, values, /)\n--\n\nThe mean of some numbers."},
    {nullptr, nullptr, 0, nullptr},
};

PyModuleDef_Slot slots[] = {
#ifdef Py_GIL_DISABLED
    {Py_mod_gil, Py_MOD_GIL_NOT_USED},
#endif
    {0, nullptr},
};

PyModuleDef module = {
    PyModuleDef_HEAD_INIT, "⟨module⟩._core", nullptr, 0, methods, slots, nullptr, nullptr, nullptr,
};

} // namespace

PyMODINIT_FUNC PyInit__core()
{
    return PyModuleDef_Init(&module);
}

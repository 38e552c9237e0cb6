#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include <memory>
#include <new>

#include "polygon.hpp"

namespace {

using geometry::Point;
using geometry::Polygon;

struct State {
    PyObject *error;
    PyTypeObject *polygon;
};

struct PolygonObject {
    PyObject_HEAD
    Polygon *polygon;
};

struct Release {
    void operator()(PyObject *object) const noexcept { Py_DECREF(object); }
};
using Owned = std::unique_ptr<PyObject, Release>;

/// Thrown after a function of Python's has failed: the exception is already set.
struct PythonError {};

Owned owned(PyObject *object)
{
    if (object == nullptr) {
        throw PythonError{};
    }
    return Owned(object);
}

State &state_of(PyObject *module)
{
    return *static_cast<State *>(PyModule_GetState(module));
}

/// The module's state, found from an instance; subclasses are not allowed, so its type is ours.
State &state_of_self(PyObject *self)
{
    return *static_cast<State *>(PyType_GetModuleState(Py_TYPE(self)));
}

void raise_crossing(const State &state, const geometry::CrossingError &error)
{
    const auto [first, second] = error.edges();
    const Owned value = owned(PyObject_CallFunction(state.error, "s", error.what()));
    const Owned edges = owned(
        Py_BuildValue("nn", static_cast<Py_ssize_t>(first), static_cast<Py_ssize_t>(second)));
    if (PyObject_SetAttrString(value.get(), "edges", edges.get()) < 0) {
        throw PythonError{};
    }
    PyErr_SetObject(state.error, value.get());
}

/// Turn the C++ exception that is being handled into a Python exception.
void translate(const State &state) noexcept
{
    try {
        try {
            throw;
        } catch (const geometry::CrossingError &error) {
            raise_crossing(state, error);
        }
    } catch (const PythonError &) {
    } catch (const std::bad_alloc &) {
        PyErr_NoMemory();
    } catch (const std::invalid_argument &error) {
        PyErr_SetString(PyExc_ValueError, error.what());
    } catch (const std::out_of_range &error) {
        PyErr_SetString(PyExc_LookupError, error.what());
    } catch (const std::exception &error) {
        PyErr_SetString(PyExc_RuntimeError, error.what());
    }
}

/// Call a function that may throw; on an exception give back `failed`.
template <typename Result, typename Function>
Result guarded(const State &state, Result failed, Function function) noexcept
{
    try {
        return function();
    } catch (...) {
        translate(state);
        return failed;
    }
}

Point point_from(PyObject *object)
{
    const Owned pair = owned(PySequence_Tuple(object));
    Point point{};
    if (!PyArg_ParseTuple(pair.get(), "dd;a point is a pair of numbers", &point.x, &point.y)) {
        throw PythonError{};
    }
    return point;
}

std::vector<Point> points_from(PyObject *iterable)
{
    const Owned iterator = owned(PyObject_GetIter(iterable));
    std::vector<Point> points;
    while (PyObject *next = PyIter_Next(iterator.get())) {
        const Owned item(next);
        points.push_back(point_from(item.get()));
    }
    if (PyErr_Occurred()) {
        throw PythonError{};
    }
    return points;
}

PyObject *pair_from(const Point &point)
{
    return Py_BuildValue("dd", point.x, point.y);
}

const Polygon &polygon_of(PyObject *self)
{
    return *reinterpret_cast<PolygonObject *>(self)->polygon;
}

PyObject *make(PyTypeObject *type, std::unique_ptr<Polygon> polygon)
{
    PyObject *self = owned(PyType_GenericAlloc(type, 0)).release();
    reinterpret_cast<PolygonObject *>(self)->polygon = polygon.release();
    return self;
}

// ---- The type --------------------------------------------------------------------------------

PyObject *polygon_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    static const char *names[] = {"points", nullptr};
    PyObject *points;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "O:Polygon", const_cast<char **>(names),
                                     &points)) {
        return nullptr;
    }
    const State &state = *static_cast<State *>(PyType_GetModuleState(type));
    return guarded<PyObject *>(state, nullptr, [&] {
        return make(type, std::make_unique<Polygon>(points_from(points)));
    });
}

void polygon_dealloc(PyObject *self)
{
    PyTypeObject *type = Py_TYPE(self);
    delete reinterpret_cast<PolygonObject *>(self)->polygon;
    type->tp_free(self);
    Py_DECREF(type);
}

Py_ssize_t polygon_length(PyObject *self)
{
    return static_cast<Py_ssize_t>(polygon_of(self).size());
}

PyObject *polygon_item(PyObject *self, Py_ssize_t index)
{
    // An IndexError, and no other LookupError, is what ends an iteration.
    try {
        return pair_from(polygon_of(self).at(static_cast<std::size_t>(index)));
    } catch (const std::out_of_range &) {
        PyErr_Format(PyExc_IndexError, "there is no vertex %zd", index);
        return nullptr;
    }
}

PyObject *polygon_area(PyObject *self, PyObject *)
{
    return PyFloat_FromDouble(polygon_of(self).area());
}

PyObject *polygon_name(PyObject *self, PyObject *args)
{
    Py_ssize_t index;
    const char *name;
    if (!PyArg_ParseTuple(args, "ns:name", &index, &name)) {
        return nullptr;
    }
    return guarded<PyObject *>(state_of_self(self), nullptr, [&]() -> PyObject * {
        auto *polygon = reinterpret_cast<PolygonObject *>(self)->polygon;
        polygon->name(static_cast<std::size_t>(index), name);
        Py_RETURN_NONE;
    });
}

PyObject *polygon_vertex(PyObject *self, PyObject *name)
{
    return guarded<PyObject *>(state_of_self(self), nullptr, [&] {
        const char *text = PyUnicode_AsUTF8(name);
        if (text == nullptr) {
            throw PythonError{};
        }
        return pair_from(polygon_of(self).vertex(text));
    });
}

PyMethodDef polygon_methods[] = {
    {"area", polygon_area, METH_NOARGS, "area($self, /)\n--\n\nThe area."},
    {"name", polygon_name, METH_VARARGS, "name($self, vertex, name, /)\n--\n\nName a vertex."},
    {"vertex", polygon_vertex, METH_O, "vertex($self, name, /)\n--\n\nA vertex by its name."},
    {nullptr, nullptr, 0, nullptr},
};

PyType_Slot polygon_slots[] = {
    {Py_tp_doc, const_cast<char *>("A simple polygon.")},
    {Py_tp_new, reinterpret_cast<void *>(polygon_new)},
    {Py_tp_dealloc, reinterpret_cast<void *>(polygon_dealloc)},
    {Py_tp_methods, polygon_methods},
    {Py_sq_length, reinterpret_cast<void *>(polygon_length)},
    {Py_sq_item, reinterpret_cast<void *>(polygon_item)},
    {0, nullptr},
};

PyType_Spec polygon_spec = {
    "geometry.Polygon", sizeof(PolygonObject), 0, Py_TPFLAGS_DEFAULT, polygon_slots,
};

// ---- The module ------------------------------------------------------------------------------

PyObject *hull(PyObject *module, PyObject *points)
{
    const State &state = state_of(module);
    return guarded<PyObject *>(state, nullptr, [&] {
        auto found = std::make_unique<Polygon>(geometry::hull(points_from(points)));
        return make(state.polygon, std::move(found));
    });
}

PyMethodDef core_methods[] = {
    {"hull", hull, METH_O, "hull($module, points, /)\n--\n\nThe convex hull of points."},
    {nullptr, nullptr, 0, nullptr},
};

int core_exec(PyObject *module)
{
    State &state = state_of(module);
    state.error = PyErr_NewExceptionWithDoc("geometry.GeometryError",
                                            "Edges of a polygon cross; `edges` says which.",
                                            PyExc_ValueError, nullptr);
    if (state.error == nullptr) {
        return -1;
    }
    Py_INCREF(state.error);  // PyModule_AddObjectRef is newer than Python 3.9
    if (PyModule_AddObject(module, "GeometryError", state.error) < 0) {
        Py_DECREF(state.error);
        return -1;
    }
    PyObject *type = PyType_FromModuleAndSpec(module, &polygon_spec, nullptr);
    state.polygon = reinterpret_cast<PyTypeObject *>(type);
    return type == nullptr ? -1 : PyModule_AddType(module, state.polygon);
}

int core_traverse(PyObject *module, visitproc visit, void *arg)
{
    Py_VISIT(state_of(module).error);
    Py_VISIT(state_of(module).polygon);
    return 0;
}

int core_clear(PyObject *module)
{
    Py_CLEAR(state_of(module).error);
    Py_CLEAR(state_of(module).polygon);
    return 0;
}

PyModuleDef_Slot core_slots[] = {
    {Py_mod_exec, reinterpret_cast<void *>(core_exec)},
    {0, nullptr},
};

PyModuleDef core_module = {
    PyModuleDef_HEAD_INIT,
    "geometry._core",
    "Polygons in the plane.",
    sizeof(State),
    core_methods,
    core_slots,
    core_traverse,
    core_clear,
    nullptr,
};

} // namespace

PyMODINIT_FUNC PyInit__core(void)
{
    return PyModuleDef_Init(&core_module);
}

#include <nanobind/nanobind.h>
#include <nanobind/operators.h>
#include <nanobind/stl/pair.h>
#include <nanobind/stl/vector.h>

#include "span_set.hpp"

namespace nb = nanobind;
using spans::Span;
using spans::SpanSet;

namespace {

SpanSet from_pairs(const std::vector<Span> &pairs) {
    SpanSet set;
    for (const auto &[start, stop] : pairs) {
        set.add(start, stop);
    }
    return set;
}

}  // namespace

NB_MODULE(_core, module) {
    nb::exception<spans::Empty>(module, "EmptyError", PyExc_ValueError);
    nb::class_<SpanSet>(module, "SpanSet", "A set of whole numbers, kept as spans.")
        .def(
            "__init__",
            [](SpanSet *self, const std::vector<Span> &pairs) { new (self) SpanSet(from_pairs(pairs)); },
            nb::arg("spans") = nb::list())
        .def("add", &SpanSet::add, nb::arg("start"), nb::arg("stop"))
        .def_prop_ro("bounds", &SpanSet::bounds)
        .def("__contains__", &SpanSet::contains)
        .def("__len__", &SpanSet::size)
        .def(nb::self == nb::self, nb::sig("def __eq__(self, other: object, /) -> bool"))
        .def(
            "__iter__", [](const SpanSet &self) { return nb::iter(nb::cast(self.spans())); },
            nb::sig("def __iter__(self) -> collections.abc.Iterator[tuple[int, int]]"));
    module.def(
        "covered", [](const std::vector<Span> &pairs) { return from_pairs(pairs).count(); },
        nb::arg("spans"), "How many numbers are in at least one of the spans.");
}

#include <algorithm>
#include <cstddef>
#include <map>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

namespace py = pybind11;

namespace {

struct Empty : std::runtime_error {
    using std::runtime_error::runtime_error;
};

class Tally {
public:
    Tally &add(const std::string &word, long times) {
        if (times < 0) {
            throw std::invalid_argument("a word is added " + std::to_string(times) + " times");
        }
        counts_[word] += times;
        return *this;
    }

    long count(const std::string &word) const {
        auto found = counts_.find(word);
        return found == counts_.end() ? 0 : found->second;
    }

    std::vector<std::pair<std::string, long>> most_common(std::size_t count) const {
        std::vector<std::pair<std::string, long>> all(counts_.begin(), counts_.end());
        std::stable_sort(all.begin(), all.end(),
                         [](const auto &a, const auto &b) { return a.second > b.second; });
        all.resize(std::min(count, all.size()));
        return all;
    }

    std::string longest() const {
        if (counts_.empty()) {
            throw Empty("there are no words");
        }
        auto shorter = [](const auto &a, const auto &b) { return a.first.size() < b.first.size(); };
        return std::max_element(counts_.begin(), counts_.end(), shorter)->first;
    }

    std::size_t size() const { return counts_.size(); }
    auto begin() const { return counts_.begin(); }
    auto end() const { return counts_.end(); }

private:
    std::map<std::string, long> counts_;
};

}  // namespace

PYBIND11_MODULE(_core, module) {
    py::register_exception<Empty>(module, "EmptyError", PyExc_ValueError);
    py::class_<Tally>(module, "Tally")
        .def(py::init([](const py::iterable &words) {
                 Tally tally;
                 for (py::handle word : words) {
                     tally.add(word.cast<std::string>(), 1);
                 }
                 return tally;
             }),
             py::arg("words") = py::tuple())
        .def("add", &Tally::add, py::arg("word"), py::arg("times") = 1,
             py::return_value_policy::reference_internal)
        .def("most_common", &Tally::most_common, py::arg("count"))
        .def("longest", &Tally::longest)
        .def("__getitem__", &Tally::count)
        .def("__len__", &Tally::size)
        .def(
            "__iter__", [](const Tally &tally) { return py::make_key_iterator(tally.begin(), tally.end()); },
            py::keep_alive<0, 1>());
}

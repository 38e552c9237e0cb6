%module ratio
%{
#include "ratio.h"
%}

%include "ratio.h"

%extend Ratio {
    %pythoncode %{
    def __str__(self):
        return f"{self.top}/{self.bottom}"
    %}
}

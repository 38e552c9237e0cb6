#include "accumulate.h"

#include <math.h>

void accumulate(accumulator *self, double value)
{
    double sum = self->sum + value;
    if (fabs(self->sum) >= fabs(value)) {
        self->lost += (self->sum - sum) + value;
    } else {
        self->lost += (value - sum) + self->sum;
    }
    self->sum = sum;
}

double accumulated(const accumulator *self)
{
    return self->sum + self->lost;
}

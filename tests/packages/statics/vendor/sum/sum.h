long long sum_up_to(long long n);

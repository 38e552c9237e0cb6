// Threads of the C++ library, and objects that belong to one.
#include <array>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <future>
#include <mutex>
#include <queue>
#include <shared_mutex>
#include <string>
#include <thread>
#include <vector>

#include "exercise.hpp"

using exercise::put;

namespace {

constexpr int threads = 4;
constexpr int rounds = 2000;

template <typename Body> void in_threads(Body body)
{
    std::vector<std::thread> started;
    for (int i = 0; i < threads; i++) {
        started.emplace_back(body, i);
    }
    for (std::thread &thread : started) {
        thread.join();
    }
}

} // namespace

extern "C" void check_cxx_threads(const Input *, const Report *report)
{
    std::mutex lock;
    long counted = 0;
    in_threads([&](int) {
        for (int i = 0; i < rounds; i++) {
            const std::lock_guard guard(lock);
            counted++;
        }
    });
    put(report, "counted", counted);

    std::queue<int> queue;
    std::condition_variable filled;
    long sum = 0;
    std::thread consumer([&] {
        for (int i = 0; i < rounds; i++) {
            std::unique_lock guard(lock);
            filled.wait(guard, [&] { return !queue.empty(); });
            sum += queue.front();
            queue.pop();
        }
    });
    for (int i = 0; i < rounds; i++) {
        {
            const std::lock_guard guard(lock);
            queue.push(i);
        }
        filled.notify_one();
    }
    consumer.join();
    put(report, "sum", sum);

    std::once_flag once;
    std::atomic<int> calls{0};
    in_threads([&](int) { std::call_once(once, [&] { calls++; }); });
    put(report, "calls", calls);

    std::shared_mutex shared;
    long value = 0;
    std::atomic<long> odd{0};
    in_threads([&](int i) {
        for (int round = 0; round < rounds; round++) {
            if (i == 0) {
                const std::unique_lock guard(shared);
                value++;
                value++;
            } else {
                const std::shared_lock guard(shared);
                odd += value % 2;
            }
        }
    });
    put(report, "written", value);
    put(report, "odd", odd);

    std::promise<std::string> promise;
    auto future = promise.get_future();
    std::thread keeper([&] { promise.set_value("kept"); });
    put(report, "promise", future.get());
    keeper.join();
    std::mutex never;
    const std::lock_guard held(never);
    auto late = std::async(std::launch::async, [&] {
        std::unique_lock guard(never, std::defer_lock);
        return guard.try_lock();
    });
    put(report, "taken twice", late.get());
    std::condition_variable nobody;
    std::unique_lock guard(lock);
    // without a condition a wait may end for no reason (C++ [thread.condition])
    const bool woken = nobody.wait_for(guard, std::chrono::milliseconds(5), [] { return false; });
    put(report, "waited", !woken);
}

namespace {

std::atomic<int> made{0};
std::atomic<int> unmade{0};

struct Own {
    Own() { made++; }
    ~Own() { unmade++; }
    std::vector<int> seen;
    std::string name = "nobody's";
};

thread_local Own own;
thread_local int plain = 5;

[[gnu::noinline]] Own &own_of_another_file() { return own; }

} // namespace

extern "C" void check_cxx_thread_local(const Input *, const Report *report)
{
    made = 0;
    unmade = 0;
    std::atomic<int> fresh{0};
    in_threads([&](int i) {
        Own &mine = own_of_another_file();
        fresh += mine.name == "nobody's" && mine.seen.empty() && plain == 5;
        mine.name = std::to_string(i);
        for (int round = 0; round < rounds; round++) {
            mine.seen.push_back(round);
            plain++;
        }
        fresh += own.seen.size() == rounds && own.name == std::to_string(i) && plain == rounds + 5;
    });
    put(report, "made", made);
    put(report, "unmade", unmade);
    put(report, "fresh", fresh);
}

extern "C" void check_cxx_atomics(const Input *, const Report *report)
{
    struct Large {
        std::array<long, 5> parts;
    };
    std::atomic<long long> eight{0};
    std::atomic<bool> flag{false};
    std::atomic<double> number{0};
    std::atomic<Large> large{};
    static_assert(!std::atomic<Large>::is_always_lock_free);
    in_threads([&](int) {
        for (int i = 0; i < rounds; i++) {
            eight += 0x100000001LL;
            double before = number;
            while (!number.compare_exchange_weak(before, before + 0.25)) {
            }
            Large now = large.load();
            Large next{};
            do {
                next = now;
                next.parts[4]++;
            } while (!large.compare_exchange_strong(now, next));
        }
        flag = true;
    });
    put(report, "eight", eight);
    put(report, "flag", flag);
    put(report, "number", static_cast<long long>(number));
    put(report, "large", large.load().parts[4]);
}

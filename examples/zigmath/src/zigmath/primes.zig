//! Primality and factors of 64-bit numbers.

const std = @import("std");

/// The remainder of a product of 128 bits: on most machines a call of `__umodti3` in compiler_rt.
fn mulmod(a: u64, b: u64, modulus: u64) u64 {
    return @intCast(@as(u128, a) * b % modulus);
}

fn powmod(base: u64, exponent: u64, modulus: u64) u64 {
    var result: u64 = 1;
    var square = base % modulus;
    var rest = exponent;
    while (rest > 0) : (rest >>= 1) {
        if (rest & 1 == 1) result = mulmod(result, square, modulus);
        square = mulmod(square, square, modulus);
    }
    return result;
}

/// Bases that decide every number below 2**64 (Sorenson and Webster, 2015).
const witnesses = [_]u64{ 2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37 };

/// The test of Miller and Rabin.
pub fn isPrime(number: u64) bool {
    if (number < 2) return false;
    for (witnesses) |prime| {
        if (number % prime == 0) return number == prime;
    }
    const shift = @ctz(number - 1);
    const odd = (number - 1) >> @intCast(shift);
    for (witnesses) |base| {
        var power = powmod(base, odd, number);
        if (power == 1 or power == number - 1) continue;
        for (1..shift) |_| {
            power = mulmod(power, power, number);
            if (power == number - 1) break;
        } else return false;
    }
    return true;
}

/// A proper divisor of an odd composite number: Pollard's rho, in Brent's form.
fn divisor(number: u64) u64 {
    var step: u64 = 1;
    while (true) : (step += 1) {
        var slow: u64 = 2;
        var fast: u64 = 2;
        var common: u64 = 1;
        while (common == 1) {
            slow = next(slow, step, number);
            fast = next(next(fast, step, number), step, number);
            common = std.math.gcd(if (slow > fast) slow - fast else fast - slow, number);
        }
        if (common != number) return common;
    }
}

fn next(value: u64, step: u64, modulus: u64) u64 {
    return @intCast((@as(u128, value) * value + step) % modulus);
}

/// Write the prime factors of `number`, in no order, into `found`; how many there are.
/// No number below 2**64 has more than 63.
pub fn factorise(number: u64, found: *[64]u64) usize {
    var count: usize = 0;
    var pending: [64]u64 = undefined;
    var open: usize = 0;
    if (number > 1) {
        pending[0] = number;
        open = 1;
    }
    while (open > 0) {
        open -= 1;
        const part = pending[open];
        if (isPrime(part)) {
            found[count] = part;
            count += 1;
            continue;
        }
        const half = if (part % 2 == 0) 2 else divisor(part);
        pending[open] = half;
        pending[open + 1] = part / half;
        open += 2;
    }
    return count;
}

test "primes around the limits" {
    try std.testing.expect(isPrime(2));
    try std.testing.expect(!isPrime(1));
    try std.testing.expect(!isPrime(3215031751));
    try std.testing.expect(isPrime(18446744073709551557));
}

test "factors multiply to the number" {
    var found: [64]u64 = undefined;
    for ([_]u64{ 12, 97, 1 << 63, 4294967291 * 4294967279, 25 }) |number| {
        var product: u64 = 1;
        for (found[0..factorise(number, &found)]) |factor| product *= factor;
        try std.testing.expectEqual(number, product);
    }
}

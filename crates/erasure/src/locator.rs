//! Logarithms of the values of a polynomial with known roots, by Walsh-Hadamard transforms.
//!
//! For a set P of points below n = 2^r, log prod_(j in P, j != x) (x + j) for all x < n is the
//! XOR-convolution of P with the logarithm (log 0 = 0). XOR-convolution of size n is closed below n, so
//! transforms of size n do; Leopard takes the whole field. Sums are modulo the order of the
//! group, 2^b - 1, where dividing by n is multiplying by 2^(b - r).
use crate::field::Field;

/// Words of work memory for `n` points.
pub const fn work_words(n: usize) -> usize {
    2 * n
}

/// Turns marks (1 in the set, 0 not) into the logarithms, both in `values`.
pub unsafe fn locate(field: &Field, values: &mut [i32], logs: &mut [i32]) {
    let n = values.len();
    let bits = field.kind.bits();
    let shift = bits - n.trailing_zeros();
    for (i, log) in logs.iter_mut().enumerate() {
        *log = field.log(i) as i32;
    }
    walsh(logs, bits);
    walsh(values, bits);
    for (value, log) in values.iter_mut().zip(logs) {
        let product = reduce(*value, bits) as u32 * reduce(*log, bits) as u32;
        let folded = (product & field.modulus()) + (product >> bits);
        *value = reduce(reduce(folded as i32, bits) << shift, bits);
    }
    walsh(values, bits);
    for value in values {
        *value = reduce(*value, bits);
    }
}

/// A congruent number from 0 to 2^bits - 1 (both ends are zeros), without a division: 2^bits is 1.
#[inline(always)]
fn reduce(mut value: i32, bits: u32) -> i32 {
    for _ in 0..3 {
        value = (value & ((1 << bits) - 1)) + (value >> bits);
    }
    value
}

/// In place, of values that `reduce` returns or smaller ones; the results are below 2^31.
fn walsh(values: &mut [i32], bits: u32) {
    let n = values.len();
    let mut half = 1;
    while half < n {
        // Values of 16 bits have grown to 24.
        if half == 256 {
            for value in values.iter_mut() {
                *value = reduce(*value, bits);
            }
        }
        for block in values.chunks_exact_mut(2 * half) {
            let (a, b) = block.split_at_mut(half);
            for (a, b) in a.iter_mut().zip(b) {
                (*a, *b) = (*a + *b, *a - *b);
            }
        }
        half *= 2;
    }
}

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
    let shift = field.kind.bits() - n.trailing_zeros();
    let modulus = field.modulus();
    for (i, log) in logs.iter_mut().enumerate() {
        *log = field.log(i) as i32;
    }
    walsh(logs, modulus);
    walsh(values, modulus);
    for (value, log) in values.iter_mut().zip(logs) {
        let product = reduce(*value, modulus) * reduce(*log, modulus);
        *value = ((product % modulus) << shift).rem_euclid(modulus) as i32;
    }
    walsh(values, modulus);
    for value in values {
        *value = reduce(*value, modulus) as i32;
    }
}

fn reduce(value: i32, modulus: u32) -> u32 {
    value.rem_euclid(modulus as i32) as u32
}

/// In place, for values of at most `modulus`; the results are congruent and below 2^31.
fn walsh(values: &mut [i32], modulus: u32) {
    let n = values.len();
    let mut half = 1;
    while half < n {
        // Values below 2^16 grow to at most 2^24 in eight layers.
        if half == 256 {
            for value in values.iter_mut() {
                *value %= modulus as i32;
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

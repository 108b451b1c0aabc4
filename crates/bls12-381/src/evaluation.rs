//! Polynomials given by their values on the 4096 roots of unity in bit-reversed order (EIP-4844):
//! values at any point, and quotients by X - z.
//!
//! Sources: EIP-4844, polynomial-commitments.md, `evaluate_polynomial_in_evaluation_form` and
//! `compute_kzg_proof_impl`. Deviation: no batch inversion. (z^n - 1) / (z - w_i) is the product, down
//! the tree of `ntt.rs`, of z^m + s over the nodes X^m - s on the way to leaf i, because a node times
//! its sibling is its parent. With 1 / (z^n - 1) at the root the leaves are 1 / (z - w_i); with 1 / n
//! at the root they give the Lagrange values w_i (z^n - 1) / (n (z - w_i)), also if z is some w_i.

use crate::elements::{self, BYTES};
use crate::fr::{self, FrConsts, FrLanes};
use crate::lanes::Lanes2;
use crate::ntt::{Roots, inverse_size};
use crate::words::Words;

/// log2 of the number of values.
pub const LOG: u32 = 12;
/// Number of values of a blob.
pub const SIZE: usize = 1 << LOG;

/// z^(2^j) for j = 0 .. LOG.
fn squares(k: &FrConsts, z: &FrLanes) -> [FrLanes; LOG as usize + 1] {
    let mut out = [*z; LOG as usize + 1];
    for j in 1..out.len() {
        out[j] = out[j - 1].square(k);
    }
    out
}

/// Leaves of the product tree below `root`, the first `count` of them: vector i holds leaves 2 i and
/// 2 i + 1. One product per node.
unsafe fn product_tree(
    k: &FrConsts,
    roots: &Roots,
    powers: &[FrLanes],
    root: &FrLanes,
    count: usize,
    out: *mut FrLanes,
) {
    unsafe {
        *out = *root;
        for level in 0..LOG {
            let x = &powers[(LOG - 1 - level) as usize];
            // Nodes of this level above the wanted leaves; from the last, as children overwrite.
            let nodes = count.div_ceil(SIZE >> level);
            for b in (0..nodes).rev() {
                let pair = &*out.add(b / 2);
                let parent = if b % 2 == 0 { pair.low(pair) } else { pair.high(pair) };
                *out.add(b) = parent.mul_loose(k, &x.add(k, &roots.leaves(k, b)));
            }
        }
    }
}

/// Lagrange values at z of the first `count` positions, times the conversion factor, so that
/// [`evaluate`] takes one product per element of bytes. `out` holds `count` / 2 vectors, rounded up.
///
/// # Safety
/// `out` writable; 0 < count <= 4096.
pub unsafe fn weights(k: &FrConsts, roots: &Roots, z: &FrLanes, count: usize, out: *mut FrLanes) {
    unsafe {
        let root = inverse_size(k, LOG).mul(k, &FrLanes::conversion(k));
        product_tree(k, roots, &squares(k, z), &root, count, out);
        for b in 0..elements::vectors(count) {
            *out.add(b) = (*out.add(b)).mul(k, &roots.leaves(k, b));
        }
    }
}

/// The value at z of a polynomial with `count` canonical values and zeros behind, in both lanes.
///
/// # Safety
/// 32 `count` bytes and as many weights readable.
pub unsafe fn evaluate(
    k: &FrConsts,
    bytes: *const u8,
    count: usize,
    weights: *const FrLanes,
) -> FrLanes {
    let pairs = count / 2;
    let mut sum = unsafe { FrLanes::sum_of_bytes_times(k, bytes, pairs, weights) };
    if pairs < elements::vectors(count) {
        let last = unsafe { elements::read_two(k, bytes, count, pairs, &*weights.add(pairs)) };
        sum = sum.plus(k, &last);
    }
    elements::fold(k, &sum)
}

/// y = p(z) and the 4096 values of (p - y) / (X - z), as integers. `scratch` holds 4096 vectors.
///
/// # Safety
/// 32 `count` bytes readable, `quotient` writable for 4096 integers.
pub unsafe fn quotient(
    k: &FrConsts,
    roots: &Roots,
    bytes: *const u8,
    count: usize,
    z: &FrLanes,
    quotient: *mut Words,
    scratch: *mut FrLanes,
) -> FrLanes {
    unsafe {
        let powers = squares(k, z);
        let one = FrLanes::one(k);
        let vanishing = powers[LOG as usize].minus(k, &one);
        if vanishing.is_zero(k)[0] {
            return quotient_in_domain(k, roots, bytes, count, z, quotient, scratch);
        }
        product_tree(k, roots, &powers, &fr::invert_nonzero(k, &vanishing), SIZE, scratch);
        // y = (z^n - 1) / n * sum of f_i w_i / (z - w_i)
        let conversion = FrLanes::conversion(k);
        let mut sum = FrLanes::zero(k);
        for b in 0..elements::vectors(count) {
            let f = elements::read_two(k, bytes, count, b, &conversion);
            let term = f.mul(k, &*scratch.add(b)).mul(k, &roots.leaves(k, b));
            sum = sum.plus(k, &term);
        }
        let y = elements::fold(k, &sum).mul(k, &vanishing).mul(k, &inverse_size(k, LOG));
        // (f_i - y) / (w_i - z) = (y - f_i) / (z - w_i)
        for b in 0..SIZE / 2 {
            let f = elements::read_two(k, bytes, count, b, &conversion);
            let value = (*scratch.add(b)).mul_loose(k, &y.sub(k, &f));
            let [even, odd] = value.to_words(k);
            *quotient.add(2 * b) = even;
            *quotient.add(2 * b + 1) = odd;
        }
        y
    }
}

/// The same where z = w_m: there y = f_m, and the quotient at m is
/// sum over i != m of (f_i - y) w_i / (w_m (w_m - w_i)), that is -sum of q_i w_i / w_m.
#[cold]
#[inline(never)]
unsafe fn quotient_in_domain(
    k: &FrConsts,
    roots: &Roots,
    bytes: *const u8,
    count: usize,
    z: &FrLanes,
    quotient: *mut Words,
    scratch: *mut FrLanes,
) -> FrLanes {
    unsafe {
        let one = FrLanes::one(k);
        let conversion = FrLanes::conversion(k);
        let prefixes = scratch.add(SIZE / 2);
        let mut y = FrLanes::zero(k);
        let mut position = 0;
        for b in 0..SIZE / 2 {
            let mut difference = roots.leaves(k, b).minus(k, z);
            let zero = difference.is_zero(k);
            for l in 0..2 {
                if zero[l] {
                    position = 2 * b + l;
                    // Any value but zero; the quotient of this position is replaced below.
                    difference = if l == 0 { one.mix(&difference) } else { difference.mix(&one) };
                    let f = elements::read_two(k, bytes, count, b, &conversion);
                    y = if l == 0 { f.low(&f) } else { f.high(&f) };
                }
            }
            *scratch.add(b) = difference;
        }
        elements::invert(k, scratch, SIZE / 2, prefixes);
        let mut sum = FrLanes::zero(k);
        for b in 0..SIZE / 2 {
            let f = elements::read_two(k, bytes, count, b, &conversion);
            // Zero at `position`, where f = y.
            let value = (*scratch.add(b)).mul_loose(k, &f.sub(k, &y));
            sum = sum.plus(k, &value.mul(k, &roots.leaves(k, b)));
            let [even, odd] = value.to_words(k);
            *quotient.add(2 * b) = even;
            *quotient.add(2 * b + 1) = odd;
        }
        let own = elements::fold(k, &sum).mul(k, &fr::invert_nonzero(k, z)).neg(k);
        *quotient.add(position) = own.to_words(k)[0];
        y
    }
}

/// Powers 1, x, x^2, ... as bytes.
///
/// # Safety
/// 32 `count` bytes writable.
pub unsafe fn write_powers(k: &FrConsts, x: &FrLanes, count: usize, bytes: *mut u8) {
    let one = FrLanes::one(k);
    let mut power = one.low(x);
    let step = x.square(k);
    for i in 0..elements::vectors(count) {
        let words: [Words; 2] = power.to_words(k);
        for l in 0..2 {
            if 2 * i + l < count {
                unsafe { elements::write_words(&words[l], bytes.add(BYTES * (2 * i + l))) };
            }
        }
        power = power.mul(k, &step);
    }
}

/// Horner's rule on `count` coefficients a, lowest first, from the top: with c the carry,
/// q_i = c, c = a_i + z c. Two at a time: (c_(2j), c_(2j+1)) = (a_(2j) + z a_(2j+1), a_(2j+1)) + (z^2, z) c_(2j+2).
///
/// # Safety
/// 32 `count` canonical bytes readable, as many writable; `carry` canonical and writable.
pub unsafe fn divide(
    k: &FrConsts,
    coefficients: *const u8,
    count: usize,
    z: &FrLanes,
    carry: *mut u8,
    out: *mut u8,
) {
    unsafe {
        let conversion = FrLanes::conversion(k);
        let zero = FrLanes::zero(k);
        let only_low = z.low(&zero);
        let powers = z.square(k).low(z);
        // In both lanes.
        let mut above = elements::read_one(k, carry);
        let mut top = count;
        if count % 2 == 1 {
            top = count - 1;
            elements::write_one(k, &above, out.add(BYTES * top));
            let a = elements::read_one(k, coefficients.add(BYTES * top));
            above = above.mul(k, z).plus(k, &a);
        }
        for j in (0..top / 2).rev() {
            let a = elements::read_two(k, coefficients, top, j, &conversion);
            let value = a.plus(k, &a.swap().mul(k, &only_low)).plus(k, &above.mul(k, &powers));
            // q_(2j) = c_(2j+1), q_(2j+1) = c_(2j+2)
            let [low, high] = value.high(&above).to_words(k);
            elements::write_words(&low, out.add(2 * BYTES * j));
            elements::write_words(&high, out.add(2 * BYTES * j + BYTES));
            above = value.low(&value);
        }
        elements::write_one(k, &above, carry);
    }
}

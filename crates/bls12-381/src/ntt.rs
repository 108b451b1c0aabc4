//! Number-theoretic transforms over the scalar field, in the order of EIP-4844 and EIP-7594.
//!
//! Transforms are walks in a tree. Its node (level l, block b) stands for polynomials modulo
//! X^(N / 2^l) - s; the root is X^N - 1, and the children of X^(2 m) - t^2 are X^m - t (block 2 b) and
//! X^m + t (block 2 b + 1). With t of block b = w^reversed(b), w of order N, the leaves X - s are the
//! N-th roots of unity in bit-reversed order: just the order of blobs and cells. Properties used:
//!
//! * coefficients in natural order become values in bit-reversed order, without permutations;
//! * t depends on the block only, one table serves all levels and, as a prefix, all sizes;
//! * the subtree below a node evaluates on a coset: the second half of the extended domain is node
//!   (1, 1), cell i is node (7, i); nothing is multiplied by powers of a shift;
//! * 1 / t_b = -t_(b ^ (2^j - 1)) where 2^j is the top bit of b: the inverse needs no other table.
//!
//! Source: the tree form of the fast Fourier transform, J. von zur Gathen, J. Gerhard, "Modern
//! Computer Algebra", §8.2; EIP-7594, polynomial-commitments-sampling.md, bit-reversal permutation.

use crate::arena::Arena;
use crate::constants::{Modulus, ScalarField};
use crate::fr::{self, FrConsts, FrElement, FrLanes};
use crate::lanes::Lanes2;
use crate::words::{self, Words};
use core::mem::MaybeUninit;

/// Largest domain: the cells of EIP-7594 (8192 points).
pub const MAX_LOG: u32 = 13;

/// t_b for b < 2^(MAX_LOG - 1).
pub struct Roots {
    table: *mut FrElement,
    ready: bool,
}

impl Roots {
    pub fn new(arena: &mut Arena) -> Self {
        Self { table: arena.allocate(1 << (MAX_LOG - 1)), ready: false }
    }

    /// Fills the table on first use.
    pub fn prepare(&mut self, k: &FrConsts) {
        if self.ready {
            return;
        }
        unsafe {
            let one = FrLanes::one(k);
            one.store(self.table, self.table);
            // t_(2^j + i) = t_i g_j with g_j of order 2^(j + 2)
            for j in 0..MAX_LOG - 1 {
                let g = root_of_unity(k, j + 2);
                for i in 0..1usize << j {
                    let from = self.table.add(i);
                    let to = self.table.add((1 << j) + i);
                    FrLanes::load(from, from).mul(k, &g).store(to, to);
                }
            }
        }
        self.ready = true;
    }

    /// t_b in both lanes.
    #[inline(always)]
    fn both(&self, b: usize) -> FrLanes {
        unsafe { FrLanes::load(self.table.add(b), self.table.add(b)) }
    }

    /// (t_a, t_b)
    #[inline(always)]
    fn two(&self, a: usize, b: usize) -> FrLanes {
        unsafe { FrLanes::load(self.table.add(a), self.table.add(b)) }
    }

    /// Roots of unity 2 b and 2 b + 1 of any domain in bit-reversed order: t_b, -t_b.
    pub fn leaves(&self, k: &FrConsts, b: usize) -> FrLanes {
        self.both(b).negate_if(k, [0, 1])
    }

    /// Root of unity i of any domain in bit-reversed order, in both lanes.
    pub fn leaf(&self, k: &FrConsts, i: usize) -> FrLanes {
        let pair = self.leaves(k, i / 2);
        if i.is_multiple_of(2) { pair.low(&pair) } else { pair.high(&pair) }
    }
}

/// An element of order 2^log: 7^((r - 1) / 2^log), 7 generating the field.
fn root_of_unity(k: &FrConsts, log: u32) -> FrLanes {
    let mut one = words::ZERO;
    one[0] = 1;
    let mut seven = words::ZERO;
    seven[0] = 7;
    let exponent = words::shift_right(&words::subtract(&ScalarField::WORDS, &one), log);
    fr::power(k, &FrLanes::from_words(k, &[seven; 2]), &exponent)
}

/// Block of t_b^-1 = -t_(mirror b), b > 0.
#[inline(always)]
fn mirror(b: usize) -> usize {
    b ^ ((1 << b.ilog2()) - 1)
}

/// (lo, hi) <- (lo + t hi, lo - t hi), `count` times.
#[inline(never)]
unsafe fn butterflies(k: &FrConsts, lo: *mut FrLanes, hi: *mut FrLanes, count: usize, t: &FrLanes) {
    let mut x = MaybeUninit::<FrLanes>::uninit();
    let x = x.as_mut_ptr();
    for i in 0..count {
        unsafe {
            let (lo, hi) = (lo.add(i), hi.add(i));
            FrLanes::mul_into(k, x, hi, t);
            FrLanes::minus_into(k, hi, lo, x);
            FrLanes::plus_into(k, lo, lo, x);
        }
    }
}

/// (lo, hi) <- (lo + hi, lo - hi), `count` times: t = 1.
#[inline(never)]
unsafe fn plain_butterflies(k: &FrConsts, lo: *mut FrLanes, hi: *mut FrLanes, count: usize) {
    let mut x = MaybeUninit::<FrLanes>::uninit();
    let x = x.as_mut_ptr();
    for i in 0..count {
        unsafe {
            let (lo, hi) = (lo.add(i), hi.add(i));
            FrLanes::copy_into(x, hi);
            FrLanes::minus_into(k, hi, lo, x);
            FrLanes::plus_into(k, lo, lo, x);
        }
    }
}

/// (lo, hi) <- (lo + hi, (hi - lo) t), `count` times; t is the mirrored root.
#[inline(never)]
unsafe fn inverse_butterflies(
    k: &FrConsts,
    lo: *mut FrLanes,
    hi: *mut FrLanes,
    count: usize,
    t: &FrLanes,
) {
    let mut x = MaybeUninit::<<FrLanes as Lanes2>::Loose>::uninit();
    let x = x.as_mut_ptr();
    for i in 0..count {
        unsafe {
            let (lo, hi) = (lo.add(i), hi.add(i));
            FrLanes::sub_into(k, x, hi, lo);
            FrLanes::plus_into(k, lo, lo, hi);
            FrLanes::mul_loose_into(k, hi, x, t);
        }
    }
}

/// Transforms columns: `data` has 2^log rows of `width` vectors; row i becomes the value at leaf
/// `block` 2^log + i. Reads and writes in place.
///
/// # Safety
/// `data` valid; `block` and `log` within the tree.
pub unsafe fn forward_rows(
    k: &FrConsts,
    roots: &Roots,
    data: *mut FrLanes,
    log: u32,
    block: usize,
    width: usize,
) {
    let size = 1usize << log;
    for level in 0..log {
        let half = size >> (level + 1);
        for i in 0..1usize << level {
            unsafe {
                let lo = data.add(2 * half * i * width);
                let hi = lo.add(half * width);
                let b = (block << level) + i;
                if b == 0 {
                    plain_butterflies(k, lo, hi, half * width);
                } else {
                    butterflies(k, lo, hi, half * width, &roots.both(b));
                }
            }
        }
    }
}

/// Inverse of [`forward_rows`] times 2^log.
///
/// # Safety
/// As [`forward_rows`].
pub unsafe fn inverse_rows(
    k: &FrConsts,
    roots: &Roots,
    data: *mut FrLanes,
    log: u32,
    block: usize,
    width: usize,
) {
    let size = 1usize << log;
    for level in (0..log).rev() {
        let half = size >> (level + 1);
        for i in 0..1usize << level {
            unsafe {
                let lo = data.add(2 * half * i * width);
                let hi = lo.add(half * width);
                let b = (block << level) + i;
                if b == 0 {
                    plain_butterflies(k, lo, hi, half * width);
                } else {
                    inverse_butterflies(k, lo, hi, half * width, &roots.both(mirror(b)));
                }
            }
        }
    }
}

/// Transforms one sequence: vector i holds elements 2 i and 2 i + 1 of 2^log, log >= 2.
///
/// # Safety
/// As [`forward_rows`].
pub unsafe fn forward(k: &FrConsts, roots: &Roots, data: *mut FrLanes, log: u32, block: usize) {
    unsafe {
        // All levels but the last work on whole vectors.
        forward_rows(k, roots, data, log - 1, block, 1);
        let vectors = 1usize << (log - 1);
        let first = block << (log - 1);
        for i in (0..vectors).step_by(2) {
            let (a, b) = (data.add(i), data.add(i + 1));
            let t = roots.two(first + i, first + i + 1);
            let lo = (*a).low(&*b);
            let hi = (*a).high(&*b).mul(k, &t);
            let (sum, difference) = (lo.plus(k, &hi), lo.minus(k, &hi));
            *a = sum.low(&difference);
            *b = sum.high(&difference);
        }
    }
}

/// Inverse of [`forward`] times 2^log.
///
/// # Safety
/// As [`forward_rows`].
pub unsafe fn inverse(k: &FrConsts, roots: &Roots, data: *mut FrLanes, log: u32, block: usize) {
    unsafe {
        let vectors = 1usize << (log - 1);
        let first = block << (log - 1);
        for i in (0..vectors).step_by(2) {
            let (a, b) = (data.add(i), data.add(i + 1));
            let (lo, hi) = ((*a).low(&*b), (*a).high(&*b));
            let sum = lo.plus(k, &hi);
            let difference = if first + i == 0 {
                // t_0 = 1, t_1^-1 = -t_1
                let t = roots.two(0, mirror(1)).negate_if(k, [1, 0]);
                t.mul_loose(k, &hi.sub(k, &lo))
            } else {
                let t = roots.two(mirror(first + i), mirror(first + i + 1));
                t.mul_loose(k, &hi.sub(k, &lo))
            };
            *a = sum.low(&difference);
            *b = sum.high(&difference);
        }
        inverse_rows(k, roots, data, log - 1, block, 1);
    }
}

/// 2^-log, the factor missing after an inverse transform.
pub fn inverse_size(k: &FrConsts, log: u32) -> FrLanes {
    let value: Words = words::power_of_two(-(log as i32), &ScalarField::WORDS);
    FrLanes::from_words(k, &[value; 2])
}

//! Cells of EIP-7594: the 8192 values of a blob's polynomial in 128 cells of 64.
//!
//! In bit-reversed order the first 64 cells are the blob itself, the others its values on the second
//! half of the domain, and cell i lies on the coset below node (7, i) of the tree of `ntt.rs`.
//! Source: EIP-7594, polynomial-commitments-sampling.md.

use crate::arena::Arena;
use crate::elements::{self, BYTES};
use crate::evaluation::{LOG, SIZE};
use crate::fr::{FrConsts, FrLanes};
use crate::lanes::Lanes2;
use crate::ntt::{self, Roots};
use crate::words::Words;

/// Elements of a cell.
pub const CELL: usize = 64;
const CELL_LOG: u32 = 6;
/// Cells of an extended blob.
pub const CELLS: usize = 2 * SIZE / CELL;

/// Coefficients of the polynomial with `count` values and zeros behind; `out` holds 2048 vectors.
///
/// # Safety
/// 32 `count` canonical bytes readable.
pub unsafe fn coefficients(
    k: &FrConsts,
    roots: &Roots,
    bytes: *const u8,
    count: usize,
    out: *mut FrLanes,
) {
    unsafe {
        let factor = FrLanes::conversion(k).mul(k, &ntt::inverse_size(k, LOG));
        let read = elements::vectors(count);
        elements::read(k, bytes, count, &factor, out);
        for i in read..SIZE / 2 {
            *out.add(i) = FrLanes::zero(k);
        }
        ntt::inverse(k, roots, out, LOG, 0);
    }
}

/// Writes cells 64 to 127 (the first 64 are the blob): 4096 elements.
///
/// # Safety
/// 32 `count` canonical bytes readable, 131072 writable.
pub unsafe fn extend(
    k: &FrConsts,
    arena: &mut Arena,
    roots: &Roots,
    bytes: *const u8,
    count: usize,
    out: *mut u8,
) {
    let mark = arena.mark();
    unsafe {
        let data = arena.allocate(SIZE / 2);
        coefficients(k, roots, bytes, count, data);
        ntt::forward(k, roots, data, LOG, 1);
        elements::write(k, data, SIZE, out);
    }
    arena.release(mark);
}

/// Writes one cell: the remainder modulo X^64 - s, then a transform of 64.
///
/// # Safety
/// 32 `count` canonical bytes readable, 2048 writable; cell < 128.
pub unsafe fn one_cell(
    k: &FrConsts,
    arena: &mut Arena,
    roots: &Roots,
    bytes: *const u8,
    count: usize,
    cell: usize,
    out: *mut u8,
) {
    let mark = arena.mark();
    unsafe {
        let data: *mut FrLanes = arena.allocate(SIZE / 2);
        coefficients(k, roots, bytes, count, data);
        // The cell is the remainder modulo X^64 - s.
        let s = roots.leaf(k, cell);
        // Horner in X^64: blocks of 32 vectors, from the top.
        let block = CELL / 2;
        let mut at = SIZE / 2;
        while at > block {
            at -= block;
            for i in 0..block {
                let (high, low) = (data.add(at + i), data.add(at - block + i));
                *low = (*high).mul(k, &s).plus(k, &*low);
            }
        }
        ntt::forward(k, roots, data, CELL_LOG, cell);
        elements::write(k, data, CELL, out);
    }
    arena.release(mark);
}

/// Coefficients of the quotient by X^64 - s of cell i, as integers: 4096 - 64 of them. The proof of the
/// cell is their sum with the monomial setup points.
///
/// # Safety
/// 32 `count` canonical bytes readable, `out` writable for 4032 integers; cell < 128.
pub unsafe fn quotient(
    k: &FrConsts,
    arena: &mut Arena,
    roots: &Roots,
    bytes: *const u8,
    count: usize,
    cell: usize,
    out: *mut Words,
) {
    let mark = arena.mark();
    unsafe {
        let data: *mut FrLanes = arena.allocate(SIZE / 2);
        coefficients(k, roots, bytes, count, data);
        let s = roots.leaf(k, cell);
        // q_j = p_(j + 64) + s q_(j + 64)
        let block = CELL / 2;
        for i in (block..SIZE / 2).rev() {
            let mut value = *data.add(i);
            if i + block < SIZE / 2 {
                value = (*data.add(i + block)).mul(k, &s).plus(k, &value);
                *data.add(i) = value;
            }
            let [even, odd] = value.to_words(k);
            *out.add(2 * (i - block)) = even;
            *out.add(2 * (i - block) + 1) = odd;
        }
    }
    arena.release(mark);
}

/// Interpolates cells and adds them up: 64 coefficients of sum_j weight_j I_j(X) as bytes, where I_j
/// has the values of cell j on the coset of cell `indices[j]`; and the products weight_j s_j as bytes.
/// One transform per distinct index.
///
/// # Safety
/// For each of `count` cells 2048 canonical bytes, an index below 128 and a canonical weight
/// readable; `coefficients` writable for 2048 bytes, `products` for 32 per cell.
#[allow(clippy::too_many_arguments)]
pub unsafe fn combine(
    k: &FrConsts,
    arena: &mut Arena,
    roots: &Roots,
    cells: *const u8,
    indices: *const u32,
    weights: *const u8,
    count: usize,
    coefficients: *mut u8,
    products: *mut u8,
) {
    const BLOCK: usize = CELL / 2;
    let mark = arena.mark();
    unsafe {
        let sums: *mut FrLanes = arena.allocate(CELLS * BLOCK);
        let mut used = [false; CELLS];
        let scale = ntt::inverse_size(k, CELL_LOG).mul(k, &FrLanes::conversion(k));
        for j in 0..count {
            let index = *indices.add(j) as usize;
            let weight = elements::read_one(k, weights.add(BYTES * j));
            elements::write_one(
                k,
                &weight.mul(k, &roots.leaf(k, index)),
                products.add(BYTES * j),
            );
            let factor = weight.mul(k, &scale);
            let sum = sums.add(index * BLOCK);
            for i in 0..BLOCK {
                let term = elements::read_two(k, cells.add(CELL * BYTES * j), CELL, i, &factor);
                *sum.add(i) = if used[index] { (*sum.add(i)).plus(k, &term) } else { term };
            }
            used[index] = true;
        }
        let total: *mut FrLanes = arena.allocate(BLOCK);
        for i in 0..BLOCK {
            *total.add(i) = FrLanes::zero(k);
        }
        for index in 0..CELLS {
            if used[index] {
                let sum = sums.add(index * BLOCK);
                ntt::inverse(k, roots, sum, CELL_LOG, index);
                for i in 0..BLOCK {
                    *total.add(i) = (*total.add(i)).plus(k, &*sum.add(i));
                }
            }
        }
        elements::write(k, total, CELL, coefficients);
    }
    arena.release(mark);
}

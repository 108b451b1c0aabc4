//! Codes over rows: row i of n holds, in every column, the value at leaf i of one polynomial of
//! degree below k, k a power of two; the first k rows are the data.
//!
//! Leaves are those of the domain of N = 2^ceil(log2 n) points in bit-reversed order, so rows
//! b k .. (b + 1) k lie below one node of the tree of `ntt.rs`. Columns are handled 16 at a time.

use crate::arena::Arena;
use crate::elements::{self, BYTES};
use crate::fr::{FrConsts, FrLanes};
use crate::lanes::Lanes2;
use crate::ntt::{self, Roots};

/// Vectors (pairs of columns) handled together.
const WIDTH: usize = 8;

/// Rows of equal length one after the other.
#[derive(Clone, Copy)]
pub struct Shape {
    /// Elements of a row.
    pub columns: usize,
    /// log2 of the number of data rows k.
    pub log: u32,
    /// Number of all rows n.
    pub rows: usize,
}

impl Shape {
    /// log2 of N.
    fn domain_log(&self) -> u32 {
        self.rows.next_power_of_two().ilog2().max(self.log)
    }

    unsafe fn read(&self, k: &FrConsts, row: *const u8, at: usize, factor: &FrLanes, out: *mut FrLanes) {
        for i in 0..WIDTH {
            unsafe { *out.add(i) = elements::read_two(k, row, self.columns, at / 2 + i, factor) };
        }
    }

    unsafe fn write(&self, k: &FrConsts, data: *const FrLanes, row: *mut u8, at: usize) {
        let count = (self.columns - at).min(2 * WIDTH);
        unsafe { elements::write(k, data, count, row.add(BYTES * at)) };
    }
}

/// Writes rows k .. n.
///
/// # Safety
/// k rows of canonical bytes readable, n - k rows writable.
pub unsafe fn extend(k: &FrConsts, arena: &mut Arena, roots: &Roots, shape: Shape, data: *const u8, out: *mut u8) {
    let mark = arena.mark();
    let size = 1usize << shape.log;
    let row_bytes = shape.columns * BYTES;
    let factor = FrLanes::conversion(k).mul(k, &ntt::inverse_size(k, shape.log));
    unsafe {
        let coefficients: *mut FrLanes = arena.allocate(size * WIDTH);
        let values: *mut FrLanes = arena.allocate(size * WIDTH);
        for at in (0..shape.columns).step_by(2 * WIDTH) {
            for j in 0..size {
                shape.read(k, data.add(row_bytes * j), at, &factor, coefficients.add(WIDTH * j));
            }
            ntt::inverse_rows(k, roots, coefficients, shape.log, 0, WIDTH);
            for block in 1..shape.rows.div_ceil(size) {
                for i in 0..size * WIDTH {
                    FrLanes::copy_into(values.add(i), coefficients.add(i));
                }
                ntt::forward_rows(k, roots, values, shape.log, block, WIDTH);
                for j in 0..size.min(shape.rows - block * size) {
                    let row = out.add(row_bytes * ((block - 1) * size + j));
                    shape.write(k, values.add(WIDTH * j), row, at);
                }
            }
        }
    }
    arena.release(mark);
}

/// The value at x of the product of x - leaf over missing leaves.
fn vanishing(k: &FrConsts, x: &FrLanes, leaf: &dyn Fn(usize) -> FrLanes, present: *const u8, size: usize) -> FrLanes {
    let mut product = FrLanes::one(k);
    for i in 0..size {
        if unsafe { *present.add(i) } == 0 {
            product = product.mul_loose(k, &x.sub(k, &leaf(i)));
        }
    }
    product
}

/// Writes the k data rows, given any k rows: `indices[j]` ascending is the row number of input row j.
/// Erased values are found by dividing by the polynomial Z that vanishes at them: (D Z) is known on the
/// whole domain, D = (D Z) / Z is taken on a coset, where Z has no zero.
/// N at most 4096; costs N (N - k) products once and three transforms of N per column.
///
/// # Safety
/// k rows of canonical bytes and k indices below n readable, k rows writable.
pub unsafe fn recover(
    k: &FrConsts,
    arena: &mut Arena,
    roots: &Roots,
    shape: Shape,
    indices: *const u32,
    rows: *const u8,
    out: *mut u8,
) {
    let mark = arena.mark();
    let data_count = 1usize << shape.log;
    let log = shape.domain_log();
    let size = 1usize << log;
    let row_bytes = shape.columns * BYTES;
    let leaf = |i: usize| {
        let pair = roots.leaves(k, i / 2);
        if i % 2 == 0 { pair.low(&pair) } else { pair.high(&pair) }
    };
    unsafe {
        let present: *mut u8 = arena.allocate(size);
        core::ptr::write_bytes(present, 0, size);
        for j in 0..data_count {
            *present.add(*indices.add(j) as usize) = 1;
        }
        // Z at the given leaves, times the conversion and 1 / N; and 1 / (N Z) on the coset.
        let factors: *mut FrLanes = arena.allocate(data_count);
        let scale = ntt::inverse_size(k, log);
        for j in 0..data_count {
            let x = leaf(*indices.add(j) as usize);
            let z = vanishing(k, &x, &leaf, present, size);
            *factors.add(j) = z.mul(k, &scale).mul(k, &FrLanes::conversion(k));
        }
        let quotients: *mut FrLanes = arena.allocate(size);
        let scratch: *mut FrLanes = arena.allocate(size);
        for i in 0..size {
            // Leaves size .. 2 size of the domain of 2 N points.
            *quotients.add(i) = vanishing(k, &leaf(size + i), &leaf, present, size);
        }
        elements::invert(k, quotients, size, scratch);
        for i in 0..size {
            *quotients.add(i) = (*quotients.add(i)).mul(k, &scale);
        }
        let values: *mut FrLanes = arena.allocate(size * WIDTH);
        for at in (0..shape.columns).step_by(2 * WIDTH) {
            for i in 0..size * WIDTH {
                *values.add(i) = FrLanes::zero(k);
            }
            for j in 0..data_count {
                let place = values.add(WIDTH * *indices.add(j) as usize);
                shape.read(k, rows.add(row_bytes * j), at, &*factors.add(j), place);
            }
            ntt::inverse_rows(k, roots, values, log, 0, WIDTH);
            ntt::forward_rows(k, roots, values, log, 1, WIDTH);
            for i in 0..size {
                for w in 0..WIDTH {
                    let value = values.add(WIDTH * i + w);
                    *value = (*value).mul(k, &*quotients.add(i));
                }
            }
            ntt::inverse_rows(k, roots, values, log, 1, WIDTH);
            ntt::forward_rows(k, roots, values, shape.log, 0, WIDTH);
            for j in 0..data_count {
                shape.write(k, values.add(WIDTH * j), out.add(row_bytes * j), at);
            }
        }
    }
    arena.release(mark);
}

/// Writes the sum of scalar j times row j.
///
/// # Safety
/// `count` rows of canonical bytes and as many scalars readable, one row writable.
pub unsafe fn combine(
    k: &FrConsts,
    arena: &mut Arena,
    rows: *const u8,
    columns: usize,
    scalars: *const u8,
    count: usize,
    out: *mut u8,
) {
    let mark = arena.mark();
    let vectors = elements::vectors(columns);
    unsafe {
        let sums: *mut FrLanes = arena.allocate(vectors);
        for i in 0..vectors {
            *sums.add(i) = FrLanes::zero(k);
        }
        for j in 0..count {
            let scalar = elements::read_one(k, scalars.add(BYTES * j));
            let factor = scalar.mul(k, &FrLanes::conversion(k));
            for i in 0..vectors {
                let term = elements::read_two(k, rows.add(BYTES * columns * j), columns, i, &factor);
                *sums.add(i) = (*sums.add(i)).plus(k, &term);
            }
        }
        elements::write(k, sums, columns, out);
    }
    arena.release(mark);
}

//! Codes over rows: row i of n holds, in every column, the value at leaf i of one polynomial of
//! degree below k, k a power of two; the first k rows are the data.
//!
//! Leaves are those of the domain of N = 2^ceil(log2 n) points in bit-reversed order, so rows
//! b k .. (b + 1) k lie below one node of the tree of `ntt.rs`. Columns are handled 16 at a time.
//!
//! Everything here is linear in the rows, so they stay as read, out of Montgomery form: constants in
//! Montgomery form times plain elements give plain elements.

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

    /// Bytes of arena that [`extend`] and [`recover`] take at most.
    pub fn scratch_bytes(&self) -> usize {
        // Coefficients and values of a strip; or values, factors, quotients, flags.
        ((2 * WIDTH + 4) << self.domain_log()) * size_of::<FrLanes>() + (1 << 16)
    }

    unsafe fn read(
        &self,
        k: &FrConsts,
        row: *const u8,
        at: usize,
        factor: &FrLanes,
        out: *mut FrLanes,
    ) {
        for i in 0..WIDTH {
            unsafe { *out.add(i) = elements::read_two(k, row, self.columns, at / 2 + i, factor) };
        }
    }

    unsafe fn write(&self, k: &FrConsts, data: *const FrLanes, row: *mut u8, at: usize) {
        let count = (self.columns - at).min(2 * WIDTH);
        unsafe { elements::write_plain(k, data, count, row.add(BYTES * at)) };
    }
}

/// Writes rows k .. n.
///
/// # Safety
/// k rows of canonical bytes readable, n - k rows writable.
pub unsafe fn extend(
    k: &FrConsts,
    arena: &mut Arena,
    roots: &Roots,
    shape: Shape,
    data: *const u8,
    out: *mut u8,
) {
    let mark = arena.mark();
    let size = 1usize << shape.log;
    let row_bytes = shape.columns * BYTES;
    let factor = ntt::inverse_size(k, shape.log);
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

/// How to find the data rows from k given rows: erased values follow by dividing by the polynomial Z
/// that vanishes at them. D Z is known on the whole domain, and D = (D Z) / Z is taken on a coset, where
/// Z has no zero.
pub struct Recovery {
    log: u32,
    domain_log: u32,
    indices: *const u32,
    /// Z / N at the given leaves, k vectors.
    factors: *const FrLanes,
    /// 1 / (N Z) at leaves N .. 2 N of the domain of 2 N points.
    quotients: *const FrLanes,
}

impl Recovery {
    /// Allocates k + 2 N vectors; costs N (N - k) products. N at most 4096.
    ///
    /// # Safety
    /// `indices` are k = 2^log ascending numbers below n, and outlive the result.
    pub unsafe fn new(
        k: &FrConsts,
        arena: &mut Arena,
        roots: &Roots,
        log: u32,
        domain_log: u32,
        indices: *const u32,
    ) -> Self {
        let (count, size) = (1usize << log, 1usize << domain_log);
        let leaf = |i: usize| roots.leaf(k, i);
        let factors: *mut FrLanes = arena.allocate(count);
        let quotients: *mut FrLanes = arena.allocate(size);
        let mark = arena.mark();
        let present: *mut u8 = arena.allocate(size);
        let scratch: *mut FrLanes = arena.allocate(size);
        let scale = ntt::inverse_size(k, domain_log);
        let vanishing = |x: &FrLanes| {
            let mut product = FrLanes::one(k);
            for i in 0..size {
                if unsafe { *present.add(i) } == 0 {
                    product = product.mul_loose(k, &x.sub(k, &leaf(i)));
                }
            }
            product
        };
        unsafe {
            core::ptr::write_bytes(present, 0, size);
            for j in 0..count {
                *present.add(*indices.add(j) as usize) = 1;
            }
            for j in 0..count {
                *factors.add(j) = vanishing(&leaf(*indices.add(j) as usize)).mul(k, &scale);
            }
            for i in 0..size {
                *quotients.add(i) = vanishing(&leaf(size + i));
            }
            elements::invert(k, quotients, size, scratch);
            for i in 0..size {
                *quotients.add(i) = (*quotients.add(i)).mul(k, &scale);
            }
        }
        arena.release(mark);
        Self { log, domain_log, indices, factors, quotients }
    }

    /// Vectors that `values` of [`Recovery::run`] holds.
    fn vectors(&self) -> usize {
        WIDTH << self.domain_log
    }

    /// Puts the data rows of one strip of columns at the start of `values`; `read(j, factor, place)`
    /// writes the strip of given row j, times the factor, to WIDTH vectors.
    unsafe fn run(
        &self,
        k: &FrConsts,
        roots: &Roots,
        values: *mut FrLanes,
        read: impl Fn(usize, &FrLanes, *mut FrLanes),
    ) {
        unsafe {
            for i in 0..self.vectors() {
                *values.add(i) = FrLanes::zero(k);
            }
            for j in 0..1usize << self.log {
                read(j, &*self.factors.add(j), values.add(WIDTH * *self.indices.add(j) as usize));
            }
            ntt::inverse_rows(k, roots, values, self.domain_log, 0, WIDTH);
            ntt::forward_rows(k, roots, values, self.domain_log, 1, WIDTH);
            for i in 0..1usize << self.domain_log {
                for w in 0..WIDTH {
                    let value = values.add(WIDTH * i + w);
                    FrLanes::mul_into(k, value, value, self.quotients.add(i));
                }
            }
            ntt::inverse_rows(k, roots, values, self.domain_log, 1, WIDTH);
            ntt::forward_rows(k, roots, values, self.log, 0, WIDTH);
        }
    }
}

/// Writes the k data rows, given any k rows: `indices[j]` ascending is the number of given row j.
/// Three transforms of N per column.
///
/// # Safety
/// k rows of canonical bytes and k indices below n readable, k rows writable; N at most 4096.
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
    let row_bytes = shape.columns * BYTES;
    unsafe {
        let recovery = Recovery::new(k, arena, roots, shape.log, shape.domain_log(), indices);
        let values: *mut FrLanes = arena.allocate(recovery.vectors());
        for at in (0..shape.columns).step_by(2 * WIDTH) {
            recovery.run(k, roots, values, |j, factor, place| {
                shape.read(k, rows.add(row_bytes * j), at, factor, place)
            });
            for j in 0..1usize << shape.log {
                shape.write(k, values.add(WIDTH * j), out.add(row_bytes * j), at);
            }
        }
    }
    arena.release(mark);
}

/// Writes the 64 cells of a blob, given any 64 of its 128 cells: the remainders modulo X^64 - s_i of the
/// blob's polynomial are, coefficient by coefficient, rows of the code with k = 64 and n = 128.
///
/// # Safety
/// 64 ascending indices below 128 and 64 cells of 2048 canonical bytes readable, 131072 bytes writable.
pub unsafe fn recover_cells(
    k: &FrConsts,
    arena: &mut Arena,
    roots: &Roots,
    indices: *const u32,
    given: *const u8,
    out: *mut u8,
) {
    const LOG: u32 = 6;
    const CELL: usize = 1 << LOG;
    const VECTORS: usize = CELL / 2;
    let mark = arena.mark();
    unsafe {
        // Interpolations of the given cells, then of the blob's cells, as rows of 32 vectors.
        let rows: *mut FrLanes = arena.allocate(CELL * VECTORS);
        let recovery = Recovery::new(k, arena, roots, LOG, LOG + 1, indices);
        let values: *mut FrLanes = arena.allocate(recovery.vectors());
        let scale = ntt::inverse_size(k, LOG).mul(k, &FrLanes::conversion(k));
        for j in 0..CELL {
            let row = rows.add(VECTORS * j);
            elements::read(k, given.add(CELL * BYTES * j), CELL, &scale, row);
            ntt::inverse(k, roots, row, LOG, *indices.add(j) as usize);
        }
        for at in (0..VECTORS).step_by(WIDTH) {
            recovery.run(k, roots, values, |j, factor, place| {
                for w in 0..WIDTH {
                    *place.add(w) = (*rows.add(VECTORS * j + at + w)).mul(k, factor);
                }
            });
            for j in 0..CELL {
                for w in 0..WIDTH {
                    *rows.add(VECTORS * j + at + w) = *values.add(WIDTH * j + w);
                }
            }
        }
        for j in 0..CELL {
            let row = rows.add(VECTORS * j);
            ntt::forward(k, roots, row, LOG, j);
            elements::write(k, row, CELL, out.add(CELL * BYTES * j));
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
            let factor = elements::read_one(k, scalars.add(BYTES * j));
            for i in 0..vectors {
                let term =
                    elements::read_two(k, rows.add(BYTES * columns * j), columns, i, &factor);
                *sums.add(i) = (*sums.add(i)).plus(k, &term);
            }
        }
        elements::write_plain(k, sums, columns, out);
    }
    arena.release(mark);
}

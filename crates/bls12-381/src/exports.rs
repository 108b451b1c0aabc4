//! The interface of the module: fields, memory, G1, commitments and polynomials. The functions for
//! pairings and signatures are in `exports_bls.rs`; README.md has one table of all names.
//!
//! **Conventions.** Arguments are pointers into the module's memory, counts and small numbers. Byte
//! strings are those of the standards (32-byte big-endian scalars, 48-byte compressed points).
//! `points` are stored points of [`POINT`](crate::arena::POINT) bytes from [`alloc_points`], opaque to
//! the caller. Functions that take bytes of scalars check that they are canonical, except where noted,
//! and return a [`Code`]; buffers must have the stated sizes, which is not checked.
//!
//! **Memory.** `mark`, `alloc` ..., call, read the result, `release(mark)`. Any call may grow the memory,
//! which detaches views of it. A function that needs much scratch memory reserves it first and answers
//! `Memory` if that fails, before it writes anything.

use crate::affine::Addition;
use crate::arena::{Arena, POINT};
use crate::cells;
use crate::constants::{Modulus, ScalarField};
use crate::elements::{self, BYTES};
use crate::evaluation::{self, SIZE};
use crate::fp::FpLanes;
use crate::fr::{FrConsts, FrLanes};
use crate::g1::{self, G1Affine};
use crate::kernel::{Kernel, kernel};
use crate::lanes::Lanes2;
use crate::msm::{self, Table};
use crate::rows::{self, Shape};
use crate::sha256::Sha256;
use crate::words::{self, Words};

/// Answers of exported functions.
#[repr(u32)]
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Code {
    Ok = 0,
    /// A scalar or field element is not below its modulus.
    NotCanonical = 1,
    /// The memory cannot grow as far as needed.
    Memory = 2,
    /// Some point is not valid; the status bytes say which and why.
    Point = 3,
    /// The result is not on the curve: the engine or the memory failed. Nothing must be used.
    Fault = 4,
}

/// Arena that no function on cells exceeds, apart from sums of points: 2 MiB.
const SCRATCH: usize = 2 << 20;

#[inline(never)]
fn reserve(arena: &mut Arena, bytes: usize) -> Result<(), Code> {
    if arena.reserve(bytes) { Ok(()) } else { Err(Code::Memory) }
}

#[inline(never)]
unsafe fn check(bytes: *const u8, count: usize) -> Result<(), Code> {
    match unsafe { elements::find_not_canonical(bytes, count) } {
        None => Ok(()),
        Some(_) => Err(Code::NotCanonical),
    }
}

/// Checks a result: a wrong field operation leaves the curve with overwhelming probability (a lost
/// term does not). Three products.
#[inline(never)]
unsafe fn confirm(point: *const G1Affine) -> Result<(), Code> {
    if unsafe { g1::is_valid(FpLanes::consts(), point) } { Ok(()) } else { Err(Code::Fault) }
}

unsafe fn confirm_all(points: *const G1Affine, count: usize) -> Result<(), Code> {
    for j in 0..count {
        unsafe { confirm(points.add(j))? };
    }
    Ok(())
}

/// Runs with the state and the constants of the scalar field; frees what was allocated.
fn answer(run: impl FnOnce(&mut Kernel, &'static FrConsts) -> Result<(), Code>) -> Code {
    let kernel = kernel();
    let mark = kernel.arena.mark();
    let result = run(kernel, FrLanes::consts());
    kernel.arena.release(mark);
    match result {
        Ok(()) => Code::Ok,
        Err(code) => code,
    }
}

/// As [`answer`], with the table of roots ready.
fn answer_with_roots(run: impl FnOnce(&mut Kernel, &'static FrConsts) -> Result<(), Code>) -> Code {
    kernel().roots.prepare(FrLanes::consts());
    answer(run)
}

/// Names the back end: the loader looks for this export without making an instance.
#[cfg(feature = "fma")]
#[unsafe(no_mangle)]
pub extern "C" fn backend_fma() {}
#[cfg(feature = "wide")]
#[unsafe(no_mangle)]
pub extern "C" fn backend_wide() {}
#[cfg(not(any(feature = "fma", feature = "wide")))]
#[unsafe(no_mangle)]
pub extern "C" fn backend_scalar() {}

// Memory.

#[unsafe(no_mangle)]
pub extern "C" fn mark() -> usize {
    kernel().arena.mark()
}

#[unsafe(no_mangle)]
pub extern "C" fn release(mark: usize) {
    kernel().arena.release(mark);
}

/// Room aligned to 16 bytes; null if the memory cannot grow.
#[unsafe(no_mangle)]
pub extern "C" fn alloc(bytes: usize) -> *mut u8 {
    let arena = &mut kernel().arena;
    if arena.reserve(bytes.saturating_add(16)) {
        arena.allocate(bytes)
    } else {
        core::ptr::null_mut()
    }
}

/// Room for stored points; null if the memory cannot grow.
#[unsafe(no_mangle)]
pub extern "C" fn alloc_points(count: usize) -> *mut G1Affine {
    let arena = &mut kernel().arena;
    match count.checked_add(1).and_then(|n| n.checked_mul(POINT)) {
        Some(bytes) if arena.reserve(bytes) => {
            let index = arena.allocate_points(count);
            arena.point(index)
        }
        _ => core::ptr::null_mut(),
    }
}

/// Bytes of a stored point in this back end.
#[unsafe(no_mangle)]
pub extern "C" fn point_bytes() -> usize {
    POINT
}

/// Writes `rounds` steps of a fixed computation in both fields: 48 bytes twice, 32 bytes twice. The
/// loader compares them with a known answer, cold and hot, before it trusts a back end.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn known_answer(rounds: u32, out: *mut u8) {
    fn run<M: Modulus, F: Lanes2>(rounds: u32) -> [Words; 2] {
        let k = F::consts();
        let mut minus_one = M::WORDS;
        minus_one[0] -= 1;
        let mut a = F::from_words(k, &[words::shift_right(&M::WORDS, 1), [3, 0, 0, 0, 0, 0]]);
        let b = F::from_words(k, &[minus_one, words::shift_right(&M::WORDS, 3)]);
        for _ in 0..rounds {
            // a <- (a^2 b + a)^2 - (b - a) a
            let square = a.square(k).mul(k, &b).plus(k, &a).square(k);
            let product = a.mul_loose(k, &b.sub(k, &a));
            a = square.minus(k, &product);
        }
        a.to_words(k)
    }
    let p = run::<crate::constants::BaseField, FpLanes>(rounds);
    let r = run::<ScalarField, FrLanes>(rounds);
    unsafe {
        for l in 0..2 {
            words::write_big_endian(&p[l], out.add(48 * l), 48);
            words::write_big_endian(&r[l], out.add(96 + BYTES * l), BYTES);
        }
    }
}

// Points.

/// Decodes compressed points, writing a [`g1::Status`] byte for each; with `subgroup` each must be in G1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn g1_decompress(
    bytes: *const u8,
    count: usize,
    subgroup: bool,
    points: *mut G1Affine,
    statuses: *mut u8,
) -> Code {
    let ok = unsafe { g1::decompress(FpLanes::consts(), bytes, count, subgroup, points, statuses) };
    if ok { Code::Ok } else { Code::Point }
}

/// Reads 96-byte points (infinity as zeros). `check` demands canonical coordinates on the curve, not
/// membership in G1; without it the bytes must come from a trusted source.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn g1_read(
    bytes: *const u8,
    count: usize,
    check: bool,
    points: *mut G1Affine,
) -> Code {
    let ok = unsafe { g1::read_uncompressed(FpLanes::consts(), bytes, count, check, points) };
    if ok { Code::Ok } else { Code::Point }
}

/// Writes 96-byte points.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn g1_write(points: *const G1Affine, count: usize, bytes: *mut u8) {
    unsafe { g1::write_uncompressed(FpLanes::consts(), points, count, bytes) }
}

/// Writes 48-byte points.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn g1_compress(points: *const G1Affine, count: usize, bytes: *mut u8) {
    unsafe { g1::compress(FpLanes::consts(), points, count, bytes) }
}

/// `out` = sum of scalar j times point j; points in G1 or infinity.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn g1_multiply(
    points: *const G1Affine,
    count: usize,
    scalars: *const u8,
    out: *mut G1Affine,
) -> Code {
    answer(|kernel, _| unsafe {
        let Kernel { arena, adder, .. } = kernel;
        check(scalars, count)?;
        reserve(arena, msm::scratch_bytes(1, count))?;
        let first = arena.index_of(points);
        let mut scalar = |j: usize| elements::read_words(scalars.add(BYTES * j));
        msm::multiply(adder, arena, first, [1, count], &mut scalar, out);
        confirm(out)
    })
}

/// `groups` sums of `size` terms: out_g = sum of scalar j times point j, j = g size .. (g + 1) size.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn g1_multiply_groups(
    points: *const G1Affine,
    scalars: *const u8,
    groups: usize,
    size: usize,
    out: *mut G1Affine,
) -> Code {
    answer(|kernel, _| unsafe {
        let Kernel { arena, adder, .. } = kernel;
        check(scalars, groups * size)?;
        reserve(arena, msm::scratch_bytes(groups, size))?;
        let first = arena.index_of(points);
        let mut scalar = |j: usize| elements::read_words(scalars.add(BYTES * j));
        msm::multiply(adder, arena, first, [groups, size], &mut scalar, out);
        confirm_all(out, groups)
    })
}

/// out_j = scalar j times point j; points in G1 or infinity. `out` may be `points`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn g1_multiply_each(
    points: *const G1Affine,
    scalars: *const u8,
    count: usize,
    out: *mut G1Affine,
) -> Code {
    answer(|kernel, _| unsafe {
        let Kernel { arena, adder, .. } = kernel;
        check(scalars, count)?;
        let mut scalar = |j: usize| elements::read_words(scalars.add(BYTES * j));
        msm::multiply_each(adder, arena.index_of(points), count, &mut scalar, out);
        confirm_all(out, count)
    })
}

/// out_j = a_j + b_j, or a_j - b_j with `negate`; any points of the curve or infinity. `out` may be `a`
/// or `b`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn g1_add_each(
    a: *const G1Affine,
    b: *const G1Affine,
    count: usize,
    negate: bool,
    out: *mut G1Affine,
) -> Code {
    answer(|kernel, _| unsafe {
        let Kernel { arena, adder, .. } = kernel;
        reserve(arena, count * size_of::<Addition>() + 16)?;
        let operands = [arena.index_of(a), arena.index_of(b)];
        let to = arena.index_of(out);
        msm::add_each(adder, arena, operands, negate, count, to);
        confirm_all(out, count)
    })
}

// Fixed-base tables.

/// Stored points of a table of shifts for `size` points and digits of `width` bits (4 .. 15).
#[unsafe(no_mangle)]
pub extern "C" fn table_points(size: u32, width: u32) -> usize {
    Table { first: 0, size, width }.point_count()
}

/// Calls of [`table_build`] that complete a table.
#[unsafe(no_mangle)]
pub extern "C" fn table_steps(width: u32) -> u32 {
    Table { first: 0, size: 0, width }.steps()
}

unsafe fn table_at(table: *const G1Affine, size: u32, width: u32) -> Table {
    Table { first: kernel().arena.index_of(table), size, width }
}

/// Step `step` = 0, 1, ... of building a table whose first `size` points were written (none infinity).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn table_build(table: *mut G1Affine, size: u32, width: u32, step: u32) {
    unsafe { table_at(table, size, width).build_row(&kernel().adder, step) }
}

/// Reads row `row` < [`table_steps`] of a table from 96-byte points, which must come from
/// [`table_write`], and derives the rest of that row. The bytes are the same in every back end.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn table_read(
    table: *mut G1Affine,
    size: u32,
    width: u32,
    row: u32,
    bytes: *const u8,
) {
    unsafe {
        let points = table.add((row * size) as usize);
        g1::read_uncompressed(FpLanes::consts(), bytes, size as usize, false, points);
        table_at(table, size, width).derive_images(&kernel().adder, row);
    }
}

/// Writes row `row` < [`table_steps`] of a table as 96-byte points.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn table_write(table: *const G1Affine, size: u32, row: u32, bytes: *mut u8) {
    unsafe {
        g1::write_uncompressed(
            FpLanes::consts(),
            table.add((row * size) as usize),
            size as usize,
            bytes,
        )
    }
}

/// `out` = sum of scalar j times P_j, j < count <= size.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn table_multiply(
    table: *const G1Affine,
    size: u32,
    width: u32,
    scalars: *const u8,
    count: usize,
    out: *mut G1Affine,
) -> Code {
    let table = unsafe { table_at(table, size, width) };
    answer(|kernel, _| unsafe {
        let Kernel { arena, adder, .. } = kernel;
        check(scalars, count)?;
        reserve(arena, table.scratch_bytes([1, count]))?;
        let mut scalar = |j: usize| elements::read_words(scalars.add(BYTES * j));
        table.multiply(adder, arena, [1, count], &mut scalar, out);
        confirm(out)
    })
}

/// `groups` sums of `size` terms over one table of at least `groups` times `size` points:
/// out_g = sum of scalar j times P_j, j = g size .. (g + 1) size.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn table_multiply_groups(
    table: *const G1Affine,
    table_size: u32,
    width: u32,
    scalars: *const u8,
    groups: usize,
    size: usize,
    out: *mut G1Affine,
) -> Code {
    let table = unsafe { table_at(table, table_size, width) };
    answer(|kernel, _| unsafe {
        let Kernel { arena, adder, .. } = kernel;
        check(scalars, groups * size)?;
        reserve(arena, table.scratch_bytes([groups, size]))?;
        let mut scalar = |j: usize| elements::read_words(scalars.add(BYTES * j));
        table.multiply(adder, arena, [groups, size], &mut scalar, out);
        confirm_all(out, groups)
    })
}

// Polynomials.

/// Index of the first of `count` elements that is not canonical; `count` if all are.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn find_not_canonical(bytes: *const u8, count: usize) -> usize {
    unsafe { elements::find_not_canonical(bytes, count) }.unwrap_or(count)
}

/// Bytes of the weights that [`evaluation_weights`] writes for `count` positions.
#[unsafe(no_mangle)]
pub extern "C" fn weights_bytes(count: usize) -> usize {
    // The tree is built in place from its root.
    elements::vectors(count).max(1) * size_of::<FrLanes>()
}

/// Weights for [`evaluate`] at z of polynomials with `count` (1 .. 4096) values; z any element.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn evaluation_weights(z: *const u8, count: usize, weights: *mut u8) -> Code {
    answer_with_roots(|kernel, k| unsafe {
        check(z, 1)?;
        evaluation::weights(
            k,
            &kernel.roots,
            &elements::read_one(k, z),
            count,
            weights as *mut FrLanes,
        );
        Ok(())
    })
}

/// Writes p(z), 32 bytes, for the polynomial of `count` values (at most as many as the weights).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn evaluate(
    bytes: *const u8,
    count: usize,
    weights: *const u8,
    y: *mut u8,
) -> Code {
    answer(|_, k| unsafe {
        check(bytes, count)?;
        elements::write_one(
            k,
            &evaluation::evaluate(k, bytes, count, weights as *const FrLanes),
            y,
        );
        Ok(())
    })
}

/// `out` = the proof that the polynomial of `count` values is y at z, over a table of the 4096 Lagrange
/// points in bit-reversed order; writes y.
#[unsafe(no_mangle)]
#[allow(clippy::too_many_arguments)]
pub unsafe extern "C" fn open(
    table: *const G1Affine,
    width: u32,
    bytes: *const u8,
    count: usize,
    z: *const u8,
    y: *mut u8,
    out: *mut G1Affine,
) -> Code {
    let table = unsafe { table_at(table, SIZE as u32, width) };
    answer_with_roots(|kernel, k| unsafe {
        let Kernel { arena, adder, roots } = kernel;
        check(bytes, count)?;
        check(z, 1)?;
        reserve(
            arena,
            table.scratch_bytes([1, SIZE])
                + SIZE * (size_of::<FrLanes>() + size_of::<Words>())
                + 64,
        )?;
        let quotient: *mut Words = arena.allocate(SIZE);
        let scratch: *mut FrLanes = arena.allocate(SIZE);
        let value = evaluation::quotient(
            k,
            roots,
            bytes,
            count,
            &elements::read_one(k, z),
            quotient,
            scratch,
        );
        elements::write_one(k, &value, y);
        table.multiply(adder, arena, [1, SIZE], &mut |j| *quotient.add(j), out);
        confirm(out)
    })
}

/// Writes the 4096 values of (p - y) / (X - z) as bytes, and y: for openings without a table.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn quotient(
    bytes: *const u8,
    count: usize,
    z: *const u8,
    y: *mut u8,
    out: *mut u8,
) -> Code {
    answer_with_roots(|kernel, k| unsafe {
        let Kernel { arena, roots, .. } = kernel;
        check(bytes, count)?;
        check(z, 1)?;
        reserve(arena, SIZE * (size_of::<FrLanes>() + size_of::<Words>()) + 64)?;
        let values: *mut Words = arena.allocate(SIZE);
        let scratch: *mut FrLanes = arena.allocate(SIZE);
        let value = evaluation::quotient(
            k,
            roots,
            bytes,
            count,
            &elements::read_one(k, z),
            values,
            scratch,
        );
        elements::write_one(k, &value, y);
        for i in 0..SIZE {
            elements::write_words(&*values.add(i), out.add(BYTES * i));
        }
        Ok(())
    })
}

/// Writes 1, x, x^2, ... (`count` of 32 bytes).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn powers(x: *const u8, count: usize, out: *mut u8) -> Code {
    answer(|_, k| unsafe {
        check(x, 1)?;
        evaluation::write_powers(k, &elements::read_one(k, x), count, out);
        Ok(())
    })
}

/// One piece of the division by X - z, from the top: `coefficients` are `count` consecutive ones, lowest
/// first, of a polynomial whose higher ones were handled before; `carry` (32 bytes, zero at first) is
/// what they left. Writes `count` coefficients of the quotient; at the end `carry` is p(z).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn divide(
    coefficients: *const u8,
    count: usize,
    z: *const u8,
    carry: *mut u8,
    out: *mut u8,
) -> Code {
    answer(|_, k| unsafe {
        check(coefficients, count)?;
        check(z, 1)?;
        check(carry, 1)?;
        evaluation::divide(k, coefficients, count, &elements::read_one(k, z), carry, out);
        Ok(())
    })
}

/// Writes the SHA-256 hash, 32 bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sha256(bytes: *const u8, count: usize, out: *mut u8) {
    let mut hash = Sha256::new();
    unsafe {
        if count > 0 {
            hash.update(core::slice::from_raw_parts(bytes, count));
        }
        core::ptr::copy_nonoverlapping(hash.finish().as_ptr(), out, 32);
    }
}

// Cells.

/// Writes cells 64 .. 127 of the polynomial of `count` values: 131072 bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn extend_cells(bytes: *const u8, count: usize, out: *mut u8) -> Code {
    answer_with_roots(|kernel, k| unsafe {
        check(bytes, count)?;
        reserve(&mut kernel.arena, SCRATCH)?;
        cells::extend(k, &mut kernel.arena, &kernel.roots, bytes, count, out);
        Ok(())
    })
}

/// Writes cell `cell` < 128: 2048 bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn one_cell(
    bytes: *const u8,
    count: usize,
    cell: usize,
    out: *mut u8,
) -> Code {
    answer_with_roots(|kernel, k| unsafe {
        check(bytes, count)?;
        reserve(&mut kernel.arena, SCRATCH)?;
        cells::one_cell(k, &mut kernel.arena, &kernel.roots, bytes, count, cell, out);
        Ok(())
    })
}

/// `out` = the proof of cell `cell` < 128, over the first 4032 monomial points.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn prove_cell(
    monomial: *const G1Affine,
    bytes: *const u8,
    count: usize,
    cell: usize,
    out: *mut G1Affine,
) -> Code {
    const TERMS: usize = SIZE - cells::CELL;
    answer_with_roots(|kernel, k| unsafe {
        let Kernel { arena, adder, roots } = kernel;
        check(bytes, count)?;
        reserve(arena, SCRATCH + msm::scratch_bytes(1, TERMS))?;
        let quotient: *mut Words = arena.allocate(TERMS);
        cells::quotient(k, arena, roots, bytes, count, cell, quotient);
        let first = arena.index_of(monomial);
        msm::multiply(adder, arena, first, [1, TERMS], &mut |j| *quotient.add(j), out);
        confirm(out)
    })
}

/// Writes the 64 coefficients of the sum of weight j times the interpolation of cell j, and weight j
/// times s_j, s_j the value of X^64 on the coset of the cell. Indices are below 128.
#[unsafe(no_mangle)]
#[allow(clippy::too_many_arguments)]
pub unsafe extern "C" fn combine_cells(
    cells: *const u8,
    indices: *const u32,
    weights: *const u8,
    count: usize,
    coefficients: *mut u8,
    products: *mut u8,
) -> Code {
    answer_with_roots(|kernel, k| unsafe {
        check(cells, count * cells::CELL)?;
        check(weights, count)?;
        let Kernel { arena, roots, .. } = kernel;
        reserve(arena, SCRATCH)?;
        cells::combine(k, arena, roots, cells, indices, weights, count, coefficients, products);
        Ok(())
    })
}

/// Writes the blob's 64 cells, 131072 bytes, given 64 cells with ascending numbers `indices` below 128.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn recover_cells(
    indices: *const u32,
    given: *const u8,
    out: *mut u8,
) -> Code {
    answer_with_roots(|kernel, k| unsafe {
        let Kernel { arena, roots, .. } = kernel;
        check(given, SIZE)?;
        reserve(arena, SCRATCH)?;
        rows::recover_cells(k, arena, roots, indices, given, out);
        Ok(())
    })
}

// Rows.

/// Writes rows k .. n of `columns` elements each, k = 2^log <= n <= 8192.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn extend_rows(
    data: *const u8,
    columns: usize,
    log: u32,
    rows: usize,
    out: *mut u8,
) -> Code {
    answer_with_roots(|kernel, k| unsafe {
        check(data, columns << log)?;
        let shape = Shape { columns, log, rows };
        reserve(&mut kernel.arena, shape.scratch_bytes())?;
        rows::extend(k, &mut kernel.arena, &kernel.roots, shape, data, out);
        Ok(())
    })
}

/// Writes the k = 2^log data rows, given k rows with ascending numbers `indices` below n <= 4096.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn recover_rows(
    indices: *const u32,
    given: *const u8,
    columns: usize,
    log: u32,
    rows: usize,
    out: *mut u8,
) -> Code {
    answer_with_roots(|kernel, k| unsafe {
        check(given, columns << log)?;
        let Kernel { arena, roots, .. } = kernel;
        let shape = Shape { columns, log, rows };
        reserve(arena, shape.scratch_bytes())?;
        rows::recover(k, arena, roots, shape, indices, given, out);
        Ok(())
    })
}

/// Writes the sum of scalar j times row j.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn combine_rows(
    rows: *const u8,
    columns: usize,
    scalars: *const u8,
    count: usize,
    out: *mut u8,
) -> Code {
    answer(|kernel, k| unsafe {
        check(rows, columns * count)?;
        check(scalars, count)?;
        reserve(&mut kernel.arena, elements::vectors(columns) * size_of::<FrLanes>() + 16)?;
        rows::combine(k, &mut kernel.arena, rows, columns, scalars, count, out);
        Ok(())
    })
}

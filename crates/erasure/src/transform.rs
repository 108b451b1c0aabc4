//! The additive transform of Lin, Chung and Han on rows, depth first, so that the rows of a subtree
//! stay in cache whatever their number, and with subtrees left out that are zero or not wanted.
//!
//! `inverse` takes values at the points p, p + 1, ... to coefficients, `forward` goes back. The first
//! layer of one and the last of the other touch the rows where the caller has them ([`Input`],
//! [`Output`]); all others work on `work`, where row i is `len` bytes at i * len.
use crate::butterfly::{
    Bytes, Lane, Pairs, fold_row, forward2, forward4, inverse2, inverse4, skews,
};
use crate::field::{Field, Kind};
use core::array::from_fn;

/// Where values come from.
pub trait Input {
    /// Whether one of the rows is not zero.
    fn any(&self, start: usize, count: usize) -> bool;
    /// The address of a row; `FOLDED` says in which form.
    fn row(&self, i: usize) -> *const u8;
    const FOLDED: bool;
}

/// Where values go.
pub trait Output {
    /// Whether one of the rows is wanted.
    fn any(&self, start: usize, count: usize) -> bool;
    /// The address of a row. A row that is not wanted may be overwritten.
    fn row(&self, i: usize) -> *mut u8;
    const FOLDED: bool;
}

/// Rows of `len` bytes of a field.
#[derive(Clone, Copy)]
pub struct Transform {
    pub field: Field,
    pub len: usize,
}

impl Transform {
    /// Values of `count` rows (a power of two) at points from `point` to coefficients in `work`.
    pub unsafe fn inverse<I: Input>(&self, input: &I, work: *mut u8, count: usize, point: usize) {
        unsafe { self.inverse_part(input, 0, work, count, point) }
    }

    unsafe fn inverse_part<I: Input>(
        &self,
        input: &I,
        start: usize,
        work: *mut u8,
        count: usize,
        point: usize,
    ) {
        unsafe {
            if !input.any(start, count) {
                return core::ptr::write_bytes(work, 0, count * self.len);
            }
            if count <= 4 {
                return self.first_layers(input, start, work, count, point);
            }
            let quarter = count / 4;
            let run = quarter * self.len;
            for i in 0..4 {
                let (rows, part) = (start + i * quarter, work.add(i * run));
                self.inverse_part(input, rows, part, quarter, point + i * quarter);
            }
            let rows = [0, 1, 2, 3].map(|i| work.add(i * run));
            let factors = skews(point, quarter);
            let layers = match (point, self.in_bytes(factors)) {
                (0, _) => inverse4_rows::<Bytes, true>,
                (_, true) => inverse4_rows::<Bytes, false>,
                (_, false) => inverse4_rows::<Pairs, false>,
            };
            layers(&self.field, factors, rows, run);
        }
    }

    /// The first layer, or the first two: one to four rows.
    unsafe fn first_layers<I: Input>(
        &self,
        input: &I,
        start: usize,
        work: *mut u8,
        count: usize,
        point: usize,
    ) {
        let rows = from_fn(|i| input.row(start + i.min(count - 1)));
        let layers = match (self.field.kind, I::FOLDED) {
            (Kind::Leopard16, false) => inverse_leaf::<Pairs, true>,
            (Kind::Leopard16, true) => inverse_leaf::<Pairs, false>,
            _ => inverse_leaf::<Bytes, false>,
        };
        let targets = from_fn(|i| work.wrapping_add(i * self.len));
        unsafe { layers(&self.field, point, rows, targets, count, self.len) }
    }

    /// Coefficients in `source` to values at `count` points from `point`; `work` (which may be
    /// `source`) is overwritten.
    pub unsafe fn forward<O: Output>(
        &self,
        source: *const u8,
        output: &O,
        work: *mut u8,
        count: usize,
        point: usize,
    ) {
        unsafe { self.forward_part(source, output, 0, work, count, point) }
    }

    unsafe fn forward_part<O: Output>(
        &self,
        source: *const u8,
        output: &O,
        start: usize,
        work: *mut u8,
        count: usize,
        point: usize,
    ) {
        unsafe {
            if !output.any(start, count) {
                return;
            }
            if count <= 4 {
                return self.last_layers(source, output, start, count, point);
            }
            let quarter = count / 4;
            let run = quarter * self.len;
            let rows = [0, 1, 2, 3].map(|i| source.add(i * run));
            let parts = [0, 1, 2, 3].map(|i| work.add(i * run));
            let factors = skews(point, quarter);
            let layers = match (point, self.in_bytes(factors)) {
                (0, _) => forward4_rows::<Bytes, true>,
                (_, true) => forward4_rows::<Bytes, false>,
                (_, false) => forward4_rows::<Pairs, false>,
            };
            layers(&self.field, factors, rows, parts, run);
            for (i, part) in parts.into_iter().enumerate() {
                self.forward_part(
                    part,
                    output,
                    start + i * quarter,
                    part,
                    quarter,
                    point + i * quarter,
                );
            }
        }
    }

    /// The last layer, or the last two.
    unsafe fn last_layers<O: Output>(
        &self,
        source: *const u8,
        output: &O,
        start: usize,
        count: usize,
        point: usize,
    ) {
        let rows = from_fn(|i| source.wrapping_add(i * self.len));
        let layers = match (self.field.kind, O::FOLDED) {
            (Kind::Leopard16, false) => forward_leaf::<Pairs, true>,
            (Kind::Leopard16, true) => forward_leaf::<Pairs, false>,
            _ => forward_leaf::<Bytes, false>,
        };
        let targets = from_fn(|i| output.row(start + i.min(count - 1)));
        unsafe { layers(&self.field, point, rows, targets, count, self.len) }
    }

    /// Whether all factors lie in GF(2^8), so that both bytes of an element are treated alike.
    fn in_bytes(&self, [s01, s23, s02]: [u16; 3]) -> bool {
        self.field.kind != Kind::Leopard16 || (s01 | s23 | s02) < 256
    }
}

#[inline(never)]
unsafe fn inverse4_rows<L: Lane, const ORIGIN: bool>(
    field: &Field,
    factors: [u16; 3],
    rows: [*mut u8; 4],
    run: usize,
) {
    unsafe {
        inverse4::<L, false, ORIGIN>(field, factors, rows.map(|row| row.cast_const()), rows, run)
    }
}

#[inline(never)]
unsafe fn forward4_rows<L: Lane, const ORIGIN: bool>(
    field: &Field,
    factors: [u16; 3],
    rows: [*const u8; 4],
    parts: [*mut u8; 4],
    run: usize,
) {
    unsafe { forward4::<L, false, ORIGIN>(field, factors, rows, parts, run) }
}

/// Layers at distance 1 and 2 on `count` rows, none on a single row; FOLD as in `butterfly`.
#[inline(never)]
unsafe fn inverse_leaf<L: Lane, const FOLD: bool>(
    field: &Field,
    point: usize,
    rows: [*const u8; 4],
    targets: [*mut u8; 4],
    count: usize,
    len: usize,
) {
    unsafe {
        match (rows, targets) {
            ([a, ..], [x, ..]) if count == 1 => fold_row::<L, FOLD>(field, a, x, len),
            ([a, b, ..], [x, y, ..]) if count == 2 => {
                inverse2::<L, FOLD>(field, point as u16, [a, b], [x, y], len)
            }
            _ => inverse4::<L, FOLD, false>(field, skews(point, 1), rows, targets, len),
        }
    }
}

/// The same layers back.
#[inline(never)]
unsafe fn forward_leaf<L: Lane, const FOLD: bool>(
    field: &Field,
    point: usize,
    rows: [*const u8; 4],
    targets: [*mut u8; 4],
    count: usize,
    len: usize,
) {
    unsafe {
        match (rows, targets) {
            ([a, ..], [x, ..]) if count == 1 => fold_row::<L, FOLD>(field, a, x, len),
            ([a, b, ..], [x, y, ..]) if count == 2 => {
                forward2::<L, FOLD>(field, point as u16, [a, b], [x, y], len)
            }
            _ => forward4::<L, FOLD, false>(field, skews(point, 1), rows, targets, len),
        }
    }
}

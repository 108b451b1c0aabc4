//! Sums of points times scalars.
//!
//! Every scalar is split by the endomorphism into two halves (`glv.rs`), so n points become 2 n points
//! with 128-bit scalars, which are cut into signed digits. Zero digits cost nothing, so short and
//! sparse scalars are cheap.
//!
//! * [`multiply`]: any points. Buckets per digit position; positions share the rounds of additions.
//! * [`Table`]: fixed points with all shifts 2^(w i) P and 2^(w i) psi(P) stored, so that all digits
//!   of all scalars go into one set of buckets and there are no doublings at the end.
//! * [`multiply_few`]: a handful of points, by one shared chain of doublings.
//!
//! Not constant-time.

use crate::affine::Adder;
use crate::arena::{Arena, POINT};
use crate::buckets::{self, Horner, Lists};
use crate::curve::Affine;
use crate::g1::{self, G1Affine, G1Pair};
use crate::glv::{self, Recoded, digit_count};
use crate::lanes::Lanes2;
use crate::words::{self, Words};

/// The two halves of a scalar, ready for digits of one width.
pub type Halves = [Recoded; 2];

/// References handled at once by [`multiply`], which bounds its memory: half as many points.
const MAX_REFERENCES: usize = 1 << 18;

/// Up to this many points [`multiply_few`] is faster.
pub const FEW: usize = 12;

/// Splits and recodes scalars below r.
pub struct Recoder {
    offset: Recoded,
}

impl Recoder {
    pub fn new(width: u32) -> Self {
        Self { offset: Recoded::offset(width) }
    }

    pub fn halves(&self, scalar: &Words) -> Halves {
        let (k0, k1) = glv::split(scalar);
        [Recoded::new(k0, &self.offset), Recoded::new(k1, &self.offset)]
    }
}

/// Writes psi(P) = (beta x, -y) = \[t^2\]P for `count` points, none read as infinity.
unsafe fn endomorphism(adder: &Adder, from: u32, to: u32, count: usize) {
    let k = adder.k;
    let beta = g1::beta(k);
    for first in (0..count as u32).step_by(2) {
        let second = (first + 1).min(count as u32 - 1);
        unsafe {
            let p = g1::load(adder.point(from + first), adder.point(from + second));
            let (a, b) = (adder.point(to + first), adder.point(to + second));
            p.x.mul(k, &beta).store(&raw mut (*a).x, &raw mut (*b).x);
            p.y.neg(k).store(&raw mut (*a).y, &raw mut (*b).y);
        }
    }
}

/// How digits become references: digit i of half h of scalar j names point
/// `points[h] + i * point_stride + j` and bucket |digit| + (i - first) * bucket_stride.
struct Layout {
    points: [u32; 2],
    point_stride: u32,
    bucket_stride: usize,
    width: u32,
    /// Digit positions first..last.
    first: u32,
    last: u32,
}

impl Layout {
    /// Fills `lists`; returns the number of references.
    unsafe fn fill(&self, lists: &Lists, halves: *const Halves, count: usize) -> usize {
        unsafe {
            self.each(halves, count, |bucket, _| lists.count(bucket));
            let total = lists.open();
            self.each(halves, count, |bucket, reference| lists.push(bucket, reference));
            total
        }
    }

    #[inline(always)]
    unsafe fn each(&self, halves: *const Halves, count: usize, mut visit: impl FnMut(usize, u32)) {
        for j in 0..count {
            for h in 0..2 {
                let half = unsafe { &(*halves.add(j))[h] };
                for i in self.first..self.last {
                    let digit = half.digit(i, self.width);
                    if digit != 0 {
                        let bucket = digit.unsigned_abs() as usize
                            + (i - self.first) as usize * self.bucket_stride;
                        let point = self.points[h] + i * self.point_stride + j as u32;
                        visit(bucket, point << 1 | (digit < 0) as u32);
                    }
                }
            }
        }
    }
}

/// Digit width with the fewest additions for `count` points.
fn best_width(count: usize) -> u32 {
    let cost = |width: u32| {
        // Digits, two sums per bucket, sums per bit, the final doublings.
        let bits = (width - 1) as usize;
        let per_position = 2 * count + (2 << bits) + bits * ((1 << bits.div_ceil(2)) + 6);
        per_position * digit_count(width) as usize
    };
    let mut best = 3;
    for width in 4..=15 {
        if cost(width) < cost(best) {
            best = width;
        }
    }
    best
}

/// Bytes of arena that [`multiply`] of `count` points takes at most.
pub fn scratch_bytes(count: usize) -> usize {
    if count <= FEW {
        return 1 << 18;
    }
    let width = best_width(count);
    let positions = (MAX_REFERENCES / (2 * count)).clamp(1, digit_count(width) as usize);
    let references = 2 * count * positions;
    let buckets = positions * ((1 << (width - 1)) + 1);
    count * (POINT + size_of::<Halves>())
        + references * (POINT / 2 + 4 + 6)
        + buckets * (8 + 2 * POINT + 2 * 16)
        + 600 * POINT
        + (1 << 18)
}

/// Writes the sum of scalar j times point `points + j`, j < count. Points may be infinity; all must
/// be in G1 (the endomorphism is multiplication by t^2 only there). `scalar(j)` is below r.
///
/// # Safety
/// Points of the arena, which has [`scratch_bytes`] left.
pub unsafe fn multiply(
    adder: &Adder,
    arena: &mut Arena,
    points: u32,
    count: usize,
    scalar: &mut dyn FnMut(usize) -> Words,
    out: *mut G1Affine,
) {
    if count <= FEW {
        return unsafe { multiply_few(adder, arena, points, count, scalar, out) };
    }
    let mark = arena.mark();
    let width = best_width(count);
    let positions = digit_count(width);
    let images = arena.allocate_points(count);
    let bit_points = arena.allocate_points((positions * width) as usize);
    let halves: *mut Halves = arena.allocate(count);
    let recoder = Recoder::new(width);
    unsafe {
        endomorphism(adder, points, images, count);
        for j in 0..count {
            let infinity = G1Affine::is_infinity(adder.point(points + j as u32));
            let scalar = scalar(j);
            *halves.add(j) = recoder.halves(if infinity { &words::ZERO } else { &scalar });
        }
        let at_once = (MAX_REFERENCES / (2 * count)).clamp(1, positions as usize) as u32;
        let buckets = (1usize << (width - 1)) + 1;
        let mut first = 0;
        while first < positions {
            let last = (first + at_once).min(positions);
            let group = arena.mark();
            let sets = (last - first) as usize;
            let layout = Layout {
                points: [points, images],
                point_stride: 0,
                bucket_stride: buckets,
                width,
                first,
                last,
            };
            let lists = Lists::new(arena, sets * buckets, 2 * count * sets);
            let total = layout.fill(&lists, halves, count);
            buckets::sum(adder, arena, &lists, total);
            let sums = buckets::bit_sums(adder, arena, &lists, sets, width - 1);
            for s in 0..sets * width as usize {
                let to = adder.point(bit_points + first * width + s as u32);
                match sums.get(s) {
                    Some(reference) => copy_signed(adder, reference, to),
                    None => G1Affine::set_infinity(to),
                }
            }
            arena.release(group);
            first = last;
        }
        let mut horner = Horner::new(adder);
        for bit in (0..positions * width).rev() {
            horner.double();
            if !G1Affine::is_infinity(adder.point(bit_points + bit)) {
                horner.add((bit_points + bit) << 1);
            }
        }
        horner.finish(out);
    }
    arena.release(mark);
}

unsafe fn copy_signed(adder: &Adder, reference: u32, to: *mut G1Affine) {
    unsafe {
        let from = adder.point(reference >> 1);
        let p = g1::load(from, from);
        p.x.store(&raw mut (*to).x, &raw mut (*to).x);
        p.y.negate_if(adder.k, [reference & 1; 2]).store(&raw mut (*to).y, &raw mut (*to).y);
    }
}

/// As [`multiply`], for few points: lane 0 adds multiples of P, lane 1 of psi(P), with digits of four
/// bits and one chain of 132 doublings.
///
/// # Safety
/// As [`multiply`].
pub unsafe fn multiply_few(
    adder: &Adder,
    arena: &mut Arena,
    points: u32,
    count: usize,
    scalar: &mut dyn FnMut(usize) -> Words,
    out: *mut G1Affine,
) {
    const WIDTH: u32 = 4;
    const ROW: usize = (1 << (WIDTH - 1)) + 1;
    let mark = arena.mark();
    let k = adder.k;
    let table: *mut G1Pair = arena.allocate(count * ROW);
    let halves: *mut Halves = arena.allocate(count);
    let recoder = Recoder::new(WIDTH);
    let beta = g1::beta(k);
    unsafe {
        for j in 0..count {
            let point = adder.point(points + j as u32);
            let row = table.add(ROW * j);
            *row = G1Pair::infinity(k);
            *halves.add(j) = recoder.halves(&scalar(j));
            if G1Affine::is_infinity(point) {
                for i in 1..ROW {
                    *row.add(i) = G1Pair::infinity(k);
                }
                continue;
            }
            let p = g1::load(point, point);
            let p = Affine { x: p.x.mix(&p.x.mul(k, &beta)), y: p.y.negate_if(k, [0, 1]) };
            *row.add(1) = G1Pair::from_affine(k, &p);
            for i in 2..ROW {
                G1Pair::add_affine_into(k, row.add(i), row.add(i - 1), &p);
            }
        }
        let mut sum = G1Pair::infinity(k);
        let sum = &raw mut sum;
        for i in (0..digit_count(WIDTH)).rev() {
            for _ in 0..WIDTH {
                G1Pair::double(k, sum);
            }
            for j in 0..count {
                let digits = (*halves.add(j)).each_ref().map(|half| half.digit(i, WIDTH));
                if digits == [0, 0] {
                    continue;
                }
                let [a, b] = digits.map(|d| table.add(ROW * j + d.unsigned_abs() as usize));
                let signs = digits.map(|d| (d < 0) as u32);
                let y = (*a).y.mix(&(*b).y).negate_if(k, signs);
                let term = G1Pair::new((*a).x.mix(&(*b).x), y, (*a).z.mix(&(*b).z));
                G1Pair::add_into(k, sum, sum, &term);
            }
        }
        let other = G1Pair::new((*sum).x.swap(), (*sum).y.swap(), (*sum).z.swap());
        G1Pair::add_into(k, sum, sum, &other);
        let (affine, infinity) = g1::to_affine(k, &*sum);
        g1::store(&affine, infinity, [out, out]);
    }
    arena.release(mark);
}

/// Shifts of fixed points: row i holds 2^(w i) P_j, row d + i their images, i < d = digit_count(w).
#[derive(Clone, Copy)]
pub struct Table {
    pub first: u32,
    pub size: u32,
    pub width: u32,
}

impl Table {
    /// Points that the table of `size` points takes.
    pub fn point_count(&self) -> usize {
        2 * digit_count(self.width) as usize * self.size as usize
    }

    /// Number of [`Table::build_row`] calls that complete a table whose first row is set.
    pub fn steps(&self) -> u32 {
        digit_count(self.width)
    }

    /// Step i: fills row i from row i - 1 (i > 0) and the images of row i. Call with 0, 1, ...
    ///
    /// # Safety
    /// Row 0 was written, no point of it infinity; arena points.
    pub unsafe fn build_row(&self, adder: &Adder, i: u32) {
        let count = self.size as usize;
        let row = self.first + i * self.size;
        unsafe {
            if i > 0 {
                let (from, to) = (adder.point(row - self.size), adder.point(row));
                core::ptr::copy_nonoverlapping(from, to, count);
                for _ in 0..self.width {
                    adder.double(row, count);
                }
            }
            self.derive_images(adder, i);
        }
    }

    /// Fills the images of row i.
    ///
    /// # Safety
    /// Row i was written; arena points.
    pub unsafe fn derive_images(&self, adder: &Adder, i: u32) {
        let row = self.first + i * self.size;
        unsafe { endomorphism(adder, row, row + self.steps() * self.size, self.size as usize) }
    }

    /// Bytes of arena that [`Table::multiply`] takes at most.
    pub fn scratch_bytes(&self, count: usize) -> usize {
        let references = 2 * digit_count(self.width) as usize * count;
        references * (POINT / 2 + 4 + 6)
            + count * size_of::<Halves>()
            + (1 << (self.width - 1)) * (8 + 2 * POINT + 32)
            + 300 * POINT
            + (1 << 18)
    }

    /// Writes the sum of scalar j times P_j, j < count <= size; work is proportional to the number of
    /// non-zero digits.
    ///
    /// # Safety
    /// The table is complete; the arena has [`Table::scratch_bytes`] left.
    pub unsafe fn multiply(
        &self,
        adder: &Adder,
        arena: &mut Arena,
        count: usize,
        scalar: &mut dyn FnMut(usize) -> Words,
        out: *mut G1Affine,
    ) {
        let mark = arena.mark();
        let digits = digit_count(self.width);
        let halves: *mut Halves = arena.allocate(count);
        let recoder = Recoder::new(self.width);
        for j in 0..count {
            unsafe { *halves.add(j) = recoder.halves(&scalar(j)) };
        }
        let layout = Layout {
            points: [self.first, self.first + digits * self.size],
            point_stride: self.size,
            bucket_stride: 0,
            width: self.width,
            first: 0,
            last: digits,
        };
        let buckets = (1usize << (self.width - 1)) + 1;
        unsafe {
            let lists = Lists::new(arena, buckets, 2 * digits as usize * count);
            let total = layout.fill(&lists, halves, count);
            buckets::sum(adder, arena, &lists, total);
            let sums = buckets::bit_sums(adder, arena, &lists, 1, self.width - 1);
            let mut horner = Horner::new(adder);
            for bit in (0..self.width as usize).rev() {
                horner.double();
                if let Some(reference) = sums.get(bit) {
                    horner.add(reference);
                }
            }
            horner.finish(out);
        }
        arena.release(mark);
    }
}

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

use crate::affine::{Adder, Addition};
use crate::arena::{Arena, POINT};
use crate::buckets::{self, Horner, Lists};
use crate::curve::Affine;
use crate::fp::FpConsts;
use crate::g1::{self, G1Affine, G1Pair};
use crate::glv::{self, Recoded, digit_count};
use crate::lanes::Lanes2;
use crate::words::{self, Words};
use core::mem::MaybeUninit;

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

/// How digits become references: digit i of half h of scalar j of group g names point
/// `points[h] + i * point_stride + g * size + j` and bucket
/// |digit| + ((i - first) * position_stride + g) * buckets.
struct Layout {
    points: [u32; 2],
    point_stride: u32,
    position_stride: usize,
    groups: usize,
    size: usize,
    width: u32,
    /// Digit positions first..last.
    first: u32,
    last: u32,
}

impl Layout {
    /// Buckets of one set, with bucket 0, which stays empty.
    fn buckets(&self) -> usize {
        (1 << (self.width - 1)) + 1
    }

    /// Fills `lists`; returns the number of references.
    unsafe fn fill(&self, lists: &Lists, halves: *const Halves) -> usize {
        unsafe {
            self.each(halves, |bucket, _| lists.count(bucket));
            let total = lists.open();
            self.each(halves, |bucket, reference| lists.push(bucket, reference));
            total
        }
    }

    #[inline(always)]
    unsafe fn each(&self, halves: *const Halves, mut visit: impl FnMut(usize, u32)) {
        let mut j = 0;
        for group in 0..self.groups {
            for _ in 0..self.size {
                for h in 0..2 {
                    let half = unsafe { &(*halves.add(j))[h] };
                    for i in self.first..self.last {
                        let digit = half.digit(i, self.width);
                        if digit != 0 {
                            let set = (i - self.first) as usize * self.position_stride + group;
                            let bucket = digit.unsigned_abs() as usize + set * self.buckets();
                            let point = self.points[h] + i * self.point_stride + j as u32;
                            visit(bucket, point << 1 | (digit < 0) as u32);
                        }
                    }
                }
                j += 1;
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

/// Bytes of arena that [`multiply`] takes at most.
pub fn scratch_bytes(groups: usize, size: usize) -> usize {
    if size <= FEW {
        return 1 << 18;
    }
    let width = best_width(size);
    let count = groups * size;
    let digits = digit_count(width) as usize;
    let positions = (MAX_REFERENCES / (2 * count)).clamp(1, digits);
    let references = 2 * count * positions;
    let buckets = groups * positions * ((1 << (width - 1)) + 1);
    count * (POINT + size_of::<Halves>())
        + references * (POINT / 2 + 4 + 6)
        + buckets * (8 + 2 * POINT + 2 * 16)
        + groups * digits * width as usize * POINT
        + 600 * POINT
        + (1 << 18)
}

/// `groups` sums of `size` terms: point `points + j` times scalar j, j = g size .. (g + 1) size, for
/// sum g. Points may be infinity; all must be in G1 (the endomorphism is multiplication by t^2 only
/// there). `scalar(j)` is below r, and asked once for each j in order.
///
/// # Safety
/// Points of the arena, which has [`scratch_bytes`] left; `out` writable for every group.
pub unsafe fn multiply(
    adder: &Adder,
    arena: &mut Arena,
    points: u32,
    [groups, size]: [usize; 2],
    scalar: &mut dyn FnMut(usize) -> Words,
    out: *mut G1Affine,
) {
    if size <= FEW {
        for g in 0..groups {
            let start = g * size;
            let mut scalar = |j: usize| scalar(start + j);
            unsafe {
                multiply_few(adder, arena, points + start as u32, size, &mut scalar, out.add(g))
            };
        }
        return;
    }
    let mark = arena.mark();
    let count = groups * size;
    let width = best_width(size);
    let positions = digit_count(width);
    let images = arena.allocate_points(count);
    // For each group the sums per bit, position by position.
    let bits_per_group = positions * width;
    let bit_points = arena.allocate_points(groups * bits_per_group as usize);
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
        let mut first = 0;
        while first < positions {
            let last = (first + at_once).min(positions);
            let pass = arena.mark();
            let layout = Layout {
                points: [points, images],
                point_stride: 0,
                position_stride: groups,
                groups,
                size,
                width,
                first,
                last,
            };
            let sets = (last - first) as usize * groups;
            let lists =
                Lists::new(arena, sets * layout.buckets(), 2 * count * (last - first) as usize);
            let total = layout.fill(&lists, halves);
            buckets::sum(adder, arena, &lists, total);
            let sums = buckets::bit_sums(adder, arena, &lists, sets, width - 1);
            for set in 0..sets {
                let (position, group) = (first + (set / groups) as u32, (set % groups) as u32);
                for bit in 0..width {
                    let to = bit_points + group * bits_per_group + position * width + bit;
                    match sums.get(set * width as usize + bit as usize) {
                        Some(reference) => copy_signed(adder, reference, adder.point(to)),
                        None => G1Affine::set_infinity(adder.point(to)),
                    }
                }
            }
            arena.release(pass);
            first = last;
        }
        finish(adder, groups, bits_per_group, out, |group, bit| {
            let point = bit_points + group as u32 * bits_per_group + bit;
            (!G1Affine::is_infinity(adder.point(point))).then_some(point << 1)
        });
    }
    arena.release(mark);
}

/// The last step: out_g = sum of 2^bit times the point of (g, bit), two groups at a time.
unsafe fn finish(
    adder: &Adder,
    groups: usize,
    bits: u32,
    out: *mut G1Affine,
    point: impl Fn(usize, u32) -> Option<u32>,
) {
    for first in (0..groups).step_by(2) {
        let second = (first + 1).min(groups - 1);
        let mut horner = Horner::new(adder);
        for bit in (0..bits).rev() {
            horner.double();
            unsafe { horner.add([point(first, bit), point(second, bit)]) };
        }
        unsafe { horner.finish([out.add(first), out.add(second)]) };
    }
}

unsafe fn copy_signed(adder: &Adder, reference: u32, to: *mut G1Affine) {
    unsafe {
        let from = adder.point(reference >> 1);
        let p = g1::load(from, from);
        p.x.store(&raw mut (*to).x, &raw mut (*to).x);
        p.y.negate_if(adder.k, [reference & 1; 2]).store(&raw mut (*to).y, &raw mut (*to).y);
    }
}

/// Digit width of the chains that do not use buckets.
const CHAIN_WIDTH: u32 = 4;

/// 0, P, 2 P, ... 8 P in both lanes.
type Multiples = [G1Pair; (1 << (CHAIN_WIDTH - 1)) + 1];

/// Fills a row for a point that is infinity in no lane.
#[inline(never)]
unsafe fn fill_multiples(k: &FpConsts, row: *mut Multiples, p: &Affine) {
    unsafe {
        let row = row as *mut G1Pair;
        *row = G1Pair::infinity(k);
        *row.add(1) = G1Pair::from_affine(k, p);
        for i in 2..size_of::<Multiples>() / size_of::<G1Pair>() {
            G1Pair::add_affine_into(k, row.add(i), row.add(i - 1), p);
        }
    }
}

/// Adds digit l times the row's point to lane l.
#[inline(never)]
unsafe fn add_multiples(k: &FpConsts, sum: *mut G1Pair, row: *const Multiples, digits: [i32; 2]) {
    if digits == [0, 0] {
        return;
    }
    unsafe {
        let [a, b] = digits.map(|d| &(*row)[d.unsigned_abs() as usize]);
        let mut term = g1::mix(a, b);
        term.y = term.y.negate_if(k, digits.map(|d| (d < 0) as u32));
        G1Pair::add_into(k, sum, sum, &term);
    }
}

/// sum <- 2^CHAIN_WIDTH sum
#[inline(never)]
unsafe fn double_chain(k: &FpConsts, sum: *mut G1Pair) {
    for _ in 0..CHAIN_WIDTH {
        unsafe { G1Pair::double(k, sum) };
    }
}

/// out_j = scalar j times point `points + j`, two points at a time. Points in G1 or infinity.
///
/// # Safety
/// Points of the arena; `out` may be the same as `points`.
pub unsafe fn multiply_each(
    adder: &Adder,
    points: u32,
    count: usize,
    scalar: &mut dyn FnMut(usize) -> Words,
    out: *mut G1Affine,
) {
    let k = adder.k;
    let beta = g1::beta(k);
    let recoder = Recoder::new(CHAIN_WIDTH);
    let mut rows = MaybeUninit::<[Multiples; 2]>::uninit();
    let rows = rows.as_mut_ptr() as *mut Multiples;
    for first in (0..count).step_by(2) {
        let index = [first, (first + 1).min(count - 1)];
        unsafe {
            let stored = index.map(|j| adder.point(points + j as u32));
            let halves = [0, 1].map(|l| {
                let infinite = G1Affine::is_infinity(stored[l]);
                recoder.halves(&if infinite { words::ZERO } else { scalar(index[l]) })
            });
            let p = g1::load(stored[0], stored[1]);
            fill_multiples(k, rows, &p);
            for i in 0..size_of::<Multiples>() / size_of::<G1Pair>() {
                let q = (rows as *const G1Pair).add(i);
                *(rows.add(1) as *mut G1Pair).add(i) =
                    G1Pair::new((*q).x.mul(k, &beta), (*q).y.neg(k), (*q).z);
            }
            let mut sum = G1Pair::infinity(k);
            let sum = &raw mut sum;
            for i in (0..digit_count(CHAIN_WIDTH)).rev() {
                double_chain(k, sum);
                for h in 0..2 {
                    let digits = halves.each_ref().map(|half| half[h].digit(i, CHAIN_WIDTH));
                    add_multiples(k, sum, rows.add(h), digits);
                }
            }
            let (affine, infinity) = g1::to_affine(k, &*sum);
            g1::store(&affine, infinity, index.map(|j| out.add(j)));
        }
    }
}

/// out_j = a_j + b_j, or a_j - b_j. All points may be infinity.
///
/// # Safety
/// Points of the arena; `out` may be `a` or `b`.
pub unsafe fn add_each(
    adder: &Adder,
    arena: &mut Arena,
    [a, b]: [u32; 2],
    negate: bool,
    count: usize,
    out: u32,
) {
    let mark = arena.mark();
    let list: *mut Addition = arena.allocate(count);
    let mut additions = 0;
    unsafe {
        for j in 0..count as u32 {
            let (x, y, to) = (a + j, b + j, adder.point(out + j));
            let y_reference = y << 1 | negate as u32;
            if G1Affine::is_infinity(adder.point(x)) {
                match G1Affine::is_infinity(adder.point(y)) {
                    true => G1Affine::set_infinity(to),
                    false => copy_signed(adder, y_reference, to),
                }
            } else if G1Affine::is_infinity(adder.point(y)) {
                copy_signed(adder, x << 1, to);
            } else {
                *list.add(additions) = Addition { a: x << 1, b: y_reference, out: out + j };
                additions += 1;
            }
        }
        adder.add(list, additions);
    }
    arena.release(mark);
}

/// One sum as in [`multiply`], for few points: lane 0 adds multiples of P, lane 1 of psi(P), with one
/// chain of doublings.
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
    let mark = arena.mark();
    let k = adder.k;
    let rows: *mut Multiples = arena.allocate(count);
    let halves: *mut Halves = arena.allocate(count);
    let recoder = Recoder::new(CHAIN_WIDTH);
    let beta = g1::beta(k);
    unsafe {
        for j in 0..count {
            let point = adder.point(points + j as u32);
            let infinite = G1Affine::is_infinity(point);
            let scalar = scalar(j);
            *halves.add(j) = recoder.halves(if infinite { &words::ZERO } else { &scalar });
            let p = g1::load(point, point);
            let both = Affine { x: p.x.mix(&p.x.mul(k, &beta)), y: p.y.negate_if(k, [0, 1]) };
            fill_multiples(k, rows.add(j), &both);
        }
        let mut sum = G1Pair::infinity(k);
        let sum = &raw mut sum;
        for i in (0..digit_count(CHAIN_WIDTH)).rev() {
            double_chain(k, sum);
            for j in 0..count {
                let digits = (*halves.add(j)).each_ref().map(|half| half.digit(i, CHAIN_WIDTH));
                add_multiples(k, sum, rows.add(j), digits);
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
    pub fn scratch_bytes(&self, [groups, size]: [usize; 2]) -> usize {
        let references = 2 * digit_count(self.width) as usize * groups * size;
        references * (POINT / 2 + 4 + 6)
            + groups * size * size_of::<Halves>()
            + groups * ((1 << (self.width - 1)) + 300) * (8 + 2 * POINT + 32)
            + (1 << 18)
    }

    /// `groups` sums of `size` terms: scalar j times P_j, j = g size .. (g + 1) size, for sum g; together
    /// no more terms than the table has points. Work is proportional to the number of non-zero digits.
    ///
    /// # Safety
    /// The table is complete; the arena has [`Table::scratch_bytes`] left; `out` writable.
    pub unsafe fn multiply(
        &self,
        adder: &Adder,
        arena: &mut Arena,
        [groups, size]: [usize; 2],
        scalar: &mut dyn FnMut(usize) -> Words,
        out: *mut G1Affine,
    ) {
        let mark = arena.mark();
        let digits = digit_count(self.width);
        let halves: *mut Halves = arena.allocate(groups * size);
        let recoder = Recoder::new(self.width);
        for j in 0..groups * size {
            unsafe { *halves.add(j) = recoder.halves(&scalar(j)) };
        }
        let layout = Layout {
            points: [self.first, self.first + digits * self.size],
            point_stride: self.size,
            position_stride: 0,
            groups,
            size,
            width: self.width,
            first: 0,
            last: digits,
        };
        unsafe {
            let lists =
                Lists::new(arena, groups * layout.buckets(), 2 * digits as usize * groups * size);
            let total = layout.fill(&lists, halves);
            buckets::sum(adder, arena, &lists, total);
            let sums = buckets::bit_sums(adder, arena, &lists, groups, self.width - 1);
            let bits = self.width;
            finish(adder, groups, bits, out, |group, bit| {
                sums.get(group * bits as usize + bit as usize)
            });
        }
        arena.release(mark);
    }
}

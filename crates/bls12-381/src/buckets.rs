//! Sums of points per bucket, and sums weighted by the bucket number, by rounds of batch additions.
//!
//! The method of Pippenger with affine additions: each round pairs the points of every bucket and
//! adds all pairs of all buckets at once, until a bucket holds one point. A weighted sum needs no
//! running sums: with bucket number v = hi 2^h + lo, the points are summed once per hi and once per
//! lo; those sums are summed per bit of hi and lo; the last step is a chain of doublings.
//!
//! Points are named by *references*, index * 2 + sign. Sums are written over an operand if that lies
//! in the buffer of the call, else to a fresh place there; inputs are never overwritten.

use crate::affine::{Adder, Addition};
use crate::arena::Arena;
use crate::curve::Affine;
use crate::g1::{self, G1Affine, G1Pair};
use crate::lanes::Lanes2;

/// Lists of references, one per bucket: `refs[offsets[b]..][..counts[b]]`.
pub struct Lists {
    pub refs: *mut u32,
    pub counts: *mut u32,
    pub offsets: *mut u32,
    pub buckets: usize,
}

impl Lists {
    /// Room for `buckets` lists of together `total` references; counts start at zero.
    pub fn new(arena: &mut Arena, buckets: usize, total: usize) -> Self {
        let lists = Self {
            refs: arena.allocate(total),
            counts: arena.allocate(buckets),
            offsets: arena.allocate(buckets),
            buckets,
        };
        lists.clear();
        lists
    }

    pub fn clear(&self) {
        unsafe { core::ptr::write_bytes(self.counts, 0, self.buckets) }
    }

    /// Turns the counts into offsets and empties the lists, which are then filled by [`Lists::push`].
    pub fn open(&self) -> usize {
        let mut at = 0;
        for b in 0..self.buckets {
            unsafe {
                *self.offsets.add(b) = at;
                at += *self.counts.add(b);
                *self.counts.add(b) = 0;
            }
        }
        at as usize
    }

    /// Counts a reference that will be pushed.
    #[inline(always)]
    pub unsafe fn count(&self, bucket: usize) {
        unsafe { *self.counts.add(bucket) += 1 };
    }

    #[inline(always)]
    pub unsafe fn push(&self, bucket: usize, reference: u32) {
        unsafe {
            let count = self.counts.add(bucket);
            *self.refs.add((*self.offsets.add(bucket) + *count) as usize) = reference;
            *count += 1;
        }
    }

    /// The single reference of a bucket after [`sum`], if it is not empty.
    #[inline(always)]
    pub unsafe fn get(&self, bucket: usize) -> Option<u32> {
        unsafe {
            if *self.counts.add(bucket) == 0 {
                return None;
            }
            Some(*self.refs.add(*self.offsets.add(bucket) as usize))
        }
    }
}

/// Adds up every list to at most one reference; `total` bounds the number of references.
/// Allocates total / 2 points, which hold the results.
///
/// # Safety
/// References name points of the arena, none infinity.
pub unsafe fn sum(adder: &Adder, arena: &mut Arena, lists: &Lists, total: usize) {
    let first = arena.allocate_points(total / 2);
    let mark = arena.mark();
    let additions: *mut Addition = arena.allocate(total / 2);
    let mut next = first;
    loop {
        let mut count = 0;
        for b in 0..lists.buckets {
            unsafe {
                let size = *lists.counts.add(b) as usize;
                if size < 2 {
                    continue;
                }
                let list = lists.refs.add(*lists.offsets.add(b) as usize);
                for i in 0..size / 2 {
                    let (x, y) = (*list.add(2 * i), *list.add(2 * i + 1));
                    let out = if x >> 1 >= first {
                        x >> 1
                    } else if y >> 1 >= first {
                        y >> 1
                    } else {
                        next += 1;
                        next - 1
                    };
                    *additions.add(count) = Addition { a: x, b: y, out };
                    *list.add(i) = out << 1;
                    count += 1;
                }
                if size % 2 == 1 {
                    *list.add(size / 2) = *list.add(size - 1);
                }
                *lists.counts.add(b) = size.div_ceil(2) as u32;
            }
        }
        if count == 0 {
            break;
        }
        if unsafe { adder.add(additions, count) } {
            unsafe { drop_infinities(adder, lists) };
        }
    }
    arena.release(mark);
}

/// Removes references to infinity.
#[cold]
#[inline(never)]
unsafe fn drop_infinities(adder: &Adder, lists: &Lists) {
    for b in 0..lists.buckets {
        unsafe {
            let list = lists.refs.add(*lists.offsets.add(b) as usize);
            let mut kept = 0;
            for i in 0..*lists.counts.add(b) as usize {
                let reference = *list.add(i);
                if !G1Affine::is_infinity(adder.point(reference >> 1)) {
                    *list.add(kept) = reference;
                    kept += 1;
                }
            }
            *lists.counts.add(b) = kept as u32;
        }
    }
}

/// For each of `sets` groups of 2^bits + 1 summed buckets computes the sum of v times bucket v,
/// in the form of one sum per bit of v: list s (bits + 1) + t of the result holds T with
/// total = sum of 2^t T. Allocates about sets (2^bits + 2^(bits / 2 + 2) + ...) points.
///
/// # Safety
/// `lists` was summed; bucket 0 of each set is ignored.
pub unsafe fn bit_sums(
    adder: &Adder,
    arena: &mut Arena,
    lists: &Lists,
    sets: usize,
    bits: u32,
) -> Lists {
    let low_bits = bits / 2;
    // v = hi 2^low_bits + lo; hi reaches 2^(bits - low_bits).
    let (low_count, high_count) = (1usize << low_bits, (1usize << (bits - low_bits)) + 1);
    let groups = low_count + high_count;
    let buckets = (1usize << bits) + 1;
    let halves = Lists::new(arena, sets * groups, sets * 2 * buckets);
    let each = |visit: &mut dyn FnMut(usize, u32)| {
        for s in 0..sets {
            for v in 1..buckets {
                if let Some(reference) = unsafe { lists.get(s * buckets + v) } {
                    let (lo, hi) = (v & (low_count - 1), v >> low_bits);
                    if lo > 0 {
                        visit(s * groups + lo, reference);
                    }
                    if hi > 0 {
                        visit(s * groups + low_count + hi, reference);
                    }
                }
            }
        }
    };
    unsafe {
        each(&mut |group, _| halves.count(group));
        let total = halves.open();
        each(&mut |group, reference| halves.push(group, reference));
        sum(adder, arena, &halves, total);
    }
    let slots = bits as usize + 1;
    let per_set = low_count * low_bits as usize + high_count * (bits - low_bits + 1) as usize;
    let result = Lists::new(arena, sets * slots, sets * per_set);
    let each = |visit: &mut dyn FnMut(usize, u32)| {
        for s in 0..sets {
            for g in 1..groups {
                if let Some(reference) = unsafe { halves.get(s * groups + g) } {
                    let (weight, shift) =
                        if g < low_count { (g, 0) } else { (g - low_count, low_bits as usize) };
                    for t in 0..usize::BITS as usize {
                        if weight >> t == 0 {
                            break;
                        }
                        if weight >> t & 1 == 1 {
                            visit(s * slots + shift + t, reference);
                        }
                    }
                }
            }
        }
    };
    unsafe {
        each(&mut |slot, _| result.count(slot));
        let total = result.open();
        each(&mut |slot, reference| result.push(slot, reference));
        sum(adder, arena, &result, total);
    }
    result
}

/// Two sums of points times powers of two, one per lane, from the highest bit down: a doubling per bit.
pub struct Horner<'a> {
    adder: &'a Adder,
    sum: G1Pair,
}

impl<'a> Horner<'a> {
    pub fn new(adder: &'a Adder) -> Self {
        Self { adder, sum: G1Pair::infinity(adder.k) }
    }

    pub fn double(&mut self) {
        unsafe { G1Pair::double(self.adder.k, &raw mut self.sum) }
    }

    /// Adds a point, given by a reference and never infinity, or nothing to each lane.
    ///
    /// # Safety
    /// Points of the arena.
    pub unsafe fn add(&mut self, references: [Option<u32>; 2]) {
        let [a, b] = references;
        let Some(first) = a.or(b) else { return };
        let (a, b) = (a.unwrap_or(first), b.unwrap_or(first));
        unsafe {
            let k = self.adder.k;
            let mut affine: Affine = g1::load(self.adder.point(a >> 1), self.adder.point(b >> 1));
            affine.y = affine.y.negate_if(k, [a & 1, b & 1]);
            let sum = &raw mut self.sum;
            let old = self.sum;
            G1Pair::add_affine_into(k, sum, &old, &affine);
            // A lane without a point keeps its value.
            for (l, reference) in references.iter().enumerate() {
                if reference.is_none() {
                    self.sum =
                        if l == 0 { g1::mix(&old, &self.sum) } else { g1::mix(&self.sum, &old) };
                }
            }
        }
    }

    /// Writes both sums as stored points.
    ///
    /// # Safety
    /// Writable.
    pub unsafe fn finish(&self, out: [*mut G1Affine; 2]) {
        let (affine, infinity) = g1::to_affine(self.adder.k, &self.sum);
        unsafe { g1::store(&affine, infinity, out) };
    }
}

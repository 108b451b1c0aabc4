//! Many additions of affine points at once: slopes share one inversion.
//!
//! (x1, y1) + (x2, y2): l = (y2 - y1) / (x2 - x1), x3 = l^2 - x1 - x2, y3 = l (x1 - x3) - y1. The
//! denominators of a chunk are inverted together (Montgomery's trick, three products each), so an
//! addition costs five products and a square; two run side by side.
//!
//! **Exceptional pairs.** A pair with x1 = x2 makes the running product of its chunk zero. Only then
//! is the chunk searched: equal points get the doubling slope 3 x^2 / 2 y, opposite ones the
//! denominator one and a result of infinity. Operands are never infinity; results may be, and the
//! caller is told. (y = 0 does not occur: the order of the curve is odd.)

use crate::arena::Arena;
use crate::fp::{self, FpConsts, FpElement, FpLanes, FpLoose};
use crate::g1::G1Affine;
use crate::lanes::Lanes2;
use core::mem::MaybeUninit;

/// Pointers to uninitialised vectors of this stack frame.
macro_rules! lanes {
    ($($name:ident),*) => {$(
        let mut $name = MaybeUninit::<FpLanes>::uninit();
        let $name = $name.as_mut_ptr();
    )*};
}

/// Pairs of additions per inversion.
const CHUNK: usize = 512;

/// Pairs whose operands are fetched at once.
const AHEAD: usize = 16;

/// An addition by indices of points: a and b carry a sign in bit 0 (1 negates), `out` does not.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct Addition {
    pub a: u32,
    pub b: u32,
    pub out: u32,
}

#[repr(C)]
struct Slot {
    /// Product of all denominators before this one.
    prefix: FpLanes,
    denominator: FpLoose,
}

#[derive(Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
enum Kind {
    Sum,
    Double,
    Infinity,
}

/// The scratch memory of batch additions.
pub struct Adder {
    pub k: &'static FpConsts,
    base: *mut G1Affine,
    slots: *mut Slot,
    kinds: *mut [Kind; 2],
}

impl Adder {
    /// Allocates about 130 KB.
    pub fn new(arena: &mut Arena) -> Self {
        Self {
            k: FpLanes::consts(),
            base: arena.point(0),
            slots: arena.allocate(CHUNK),
            kinds: arena.allocate(CHUNK),
        }
    }

    #[inline(always)]
    pub fn point(&self, index: u32) -> *mut G1Affine {
        unsafe { self.base.add(index as usize) }
    }

    #[inline(always)]
    unsafe fn load_x(&self, out: *mut FpLanes, a: u32, b: u32) {
        unsafe {
            let (p, q) = (self.point(a >> 1), self.point(b >> 1));
            FpLanes::load_into(out, &raw const (*p).x, &raw const (*q).x);
        }
    }

    /// Signed.
    #[inline(always)]
    unsafe fn load_y(&self, out: *mut FpLanes, a: u32, b: u32) {
        unsafe {
            let (p, q) = (self.point(a >> 1), self.point(b >> 1));
            let from = [&raw const (*p).y, &raw const (*q).y];
            FpLanes::load_signed_into(self.k, out, from, [a & 1, b & 1]);
        }
    }

    /// out = a times the denominator of the slot
    #[inline(always)]
    unsafe fn multiply(k: &FpConsts, out: *mut FpLanes, a: *const FpLanes, slot: *const Slot) {
        unsafe { FpLanes::mul_loose_into(k, out, &raw const (*slot).denominator, a) }
    }

    /// Performs all additions; no output may be an operand of another one in the list, nor may two
    /// outputs coincide. Returns whether some result is infinity.
    ///
    /// # Safety
    /// `list` readable for `count` entries whose indices are points of the arena, none infinity.
    pub unsafe fn add(&self, list: *const Addition, count: usize) -> bool {
        let mut at = 0;
        let mut infinities = false;
        while at < count {
            let size = (count - at).min(2 * CHUNK);
            infinities |= unsafe { self.add_chunk(list.add(at), size) };
            at += size;
        }
        infinities
    }

    /// The additions of lane pair i; an odd last one is done twice.
    #[inline(always)]
    unsafe fn pair(list: *const Addition, count: usize, i: usize) -> [*const Addition; 2] {
        let second = if 2 * i + 1 < count { 2 * i + 1 } else { 2 * i };
        unsafe { [list.add(2 * i), list.add(second)] }
    }

    /// Reads a word of every cache line that the pairs first .. first + AHEAD will read, so that the
    /// misses overlap: between additions there is too much arithmetic for the processor to look ahead.
    #[inline(never)]
    unsafe fn fetch(&self, list: *const Addition, count: usize, first: usize, y: bool) {
        const LINE: usize = 64;
        let mut sum = 0u64;
        let end = (2 * (first + AHEAD)).min(count);
        for i in 2 * first..end {
            unsafe {
                let addition = &*list.add(i);
                for reference in [addition.a, addition.b] {
                    let point = self.point(reference >> 1);
                    let element = if y { &raw const (*point).y } else { &raw const (*point).x };
                    let mut at = 0;
                    while at < size_of::<FpElement>() {
                        sum = sum.wrapping_add(*((element as *const u8).add(at) as *const u64));
                        at += LINE;
                    }
                }
            }
        }
        core::hint::black_box(sum);
    }

    #[inline(never)]
    unsafe fn add_chunk(&self, list: *const Addition, count: usize) -> bool {
        // Everything goes through pointers to these: values returned in memory would be copied.
        lanes!(product, x1, x2, x3, y1, y2, slope);
        let mut rise = MaybeUninit::<FpLoose>::uninit();
        let rise = rise.as_mut_ptr();
        unsafe {
            let k = self.k;
            let pairs = count.div_ceil(2);
            *product = FpLanes::one(k);
            for i in 0..pairs {
                if i % AHEAD == 0 {
                    self.fetch(list, count, i, false);
                }
                let [u, v] = Self::pair(list, count, i);
                let slot = self.slots.add(i);
                self.load_x(x1, (*u).a, (*v).a);
                self.load_x(x2, (*u).b, (*v).b);
                FpLanes::copy_into(&raw mut (*slot).prefix, product);
                FpLanes::sub_into(k, &raw mut (*slot).denominator, x2, x1);
                Self::multiply(k, product, product, slot);
            }
            let exceptional = (*product).is_zero(k) != [false; 2];
            if exceptional {
                *product = self.repair(list, count);
            }
            let inverse = product;
            *inverse = fp::invert_nonzero(k, &*product);
            let mut infinities = false;
            for i in (0..pairs).rev() {
                if i % AHEAD == AHEAD - 1 || i == pairs - 1 {
                    self.fetch(list, count, i / AHEAD * AHEAD, true);
                }
                let [u, v] = Self::pair(list, count, i);
                let slot = self.slots.add(i);
                FpLanes::mul_into(k, slope, inverse, &raw const (*slot).prefix);
                Self::multiply(k, inverse, inverse, slot);
                self.load_y(y1, (*u).a, (*v).a);
                self.load_y(y2, (*u).b, (*v).b);
                FpLanes::sub_into(k, rise, y2, y1);
                if exceptional {
                    *rise = self.rise(i, [&*u, &*v]);
                }
                FpLanes::mul_loose_into(k, slope, rise, slope);
                self.load_x(x1, (*u).a, (*v).a);
                self.load_x(x2, (*u).b, (*v).b);
                FpLanes::square_into(k, x3, slope);
                FpLanes::minus_two_into(k, x3, x3, x1, x2);
                FpLanes::sub_into(k, rise, x1, x3);
                FpLanes::mul_loose_into(k, slope, rise, slope);
                FpLanes::minus_into(k, slope, slope, y1);
                let (p, q) = (self.point((*u).out), self.point((*v).out));
                (*x3).store(&raw mut (*p).x, &raw mut (*q).x);
                (*slope).store(&raw mut (*p).y, &raw mut (*q).y);
                if exceptional {
                    for (kind, point) in (*self.kinds.add(i)).iter().zip([p, q]) {
                        if *kind == Kind::Infinity {
                            G1Affine::set_infinity(point);
                            infinities = true;
                        }
                    }
                }
            }
            infinities
        }
    }

    /// Finds the pairs with equal x, gives them other denominators and computes the prefixes again.
    #[cold]
    #[inline(never)]
    unsafe fn repair(&self, list: *const Addition, count: usize) -> FpLanes {
        unsafe {
            let k = self.k;
            let mut product = FpLanes::one(k);
            for i in 0..count.div_ceil(2) {
                let [u, v] = Self::pair(list, count, i);
                let slot = self.slots.add(i);
                let denominator = FpLanes::norm(k, &(*slot).denominator);
                let zero = denominator.is_zero(k);
                *self.kinds.add(i) = [Kind::Sum; 2];
                if zero != [false; 2] {
                    lanes!(y1, y2);
                    self.load_y(y1, (*u).a, (*v).a);
                    self.load_y(y2, (*u).b, (*v).b);
                    let equal = (*y1).equals(k, &*y2);
                    let twice = (*y1).plus(k, &*y1);
                    let one = FpLanes::one(k);
                    let mut lanes = [denominator; 2];
                    for l in 0..2 {
                        if zero[l] {
                            lanes[l] = if equal[l] { twice } else { one };
                            (*self.kinds.add(i))[l] =
                                if equal[l] { Kind::Double } else { Kind::Infinity };
                        }
                    }
                    (*slot).denominator = lanes[0].mix(&lanes[1]).loose();
                }
                FpLanes::copy_into(&raw mut (*slot).prefix, &product);
                product = product.mul_loose(k, &(*slot).denominator);
            }
            product
        }
    }

    /// Numerators of the slopes: y2 - y1, or 3 x^2 where a point is doubled.
    #[cold]
    #[inline(never)]
    unsafe fn rise(&self, i: usize, additions: [&Addition; 2]) -> FpLoose {
        unsafe {
            let k = self.k;
            let [u, v] = additions;
            let kinds = *self.kinds.add(i);
            lanes!(x, y1, y2);
            self.load_y(y1, u.a, v.a);
            self.load_y(y2, u.b, v.b);
            self.load_x(x, u.a, v.a);
            let sum = (*y2).minus(k, &*y1);
            let xx = (*x).square(k);
            let triple = FpLanes::norm(k, &FpLanes::loose_add(k, &xx.add(k, &xx), &xx));
            let pick = |l: usize| if kinds[l] == Kind::Double { &triple } else { &sum };
            pick(0).mix(pick(1)).loose()
        }
    }

    /// Replaces `count` consecutive points, none infinity, by their doubles: six products and a
    /// square each.
    ///
    /// # Safety
    /// Points of the arena.
    pub unsafe fn double(&self, first: u32, count: usize) {
        let mut at = 0;
        while at < count {
            let size = (count - at).min(2 * CHUNK);
            unsafe { self.double_chunk(first + at as u32, size) };
            at += size;
        }
    }

    #[inline(never)]
    unsafe fn double_chunk(&self, first: u32, count: usize) {
        lanes!(product, x, x3, y, slope);
        let mut rise = MaybeUninit::<FpLoose>::uninit();
        let rise = rise.as_mut_ptr();
        unsafe {
            let k = self.k;
            let pairs = count.div_ceil(2);
            let points = |i: usize| {
                let second = if 2 * i + 1 < count { 2 * i + 1 } else { 2 * i };
                (self.point(first + 2 * i as u32), self.point(first + second as u32))
            };
            *product = FpLanes::one(k);
            for i in 0..pairs {
                let (p, q) = points(i);
                let slot = self.slots.add(i);
                FpLanes::load_into(y, &raw const (*p).y, &raw const (*q).y);
                FpLanes::copy_into(&raw mut (*slot).prefix, product);
                (*slot).denominator = (*y).add(k, &*y);
                Self::multiply(k, product, product, slot);
            }
            let inverse = product;
            *inverse = fp::invert_nonzero(k, &*product);
            for i in (0..pairs).rev() {
                let (p, q) = points(i);
                let slot = self.slots.add(i);
                FpLanes::mul_into(k, slope, inverse, &raw const (*slot).prefix);
                Self::multiply(k, inverse, inverse, slot);
                FpLanes::load_into(x, &raw const (*p).x, &raw const (*q).x);
                FpLanes::load_into(y, &raw const (*p).y, &raw const (*q).y);
                FpLanes::square_into(k, x3, x);
                *rise = FpLanes::loose_add(k, &(*x3).add(k, &*x3), &*x3);
                FpLanes::mul_loose_into(k, slope, rise, slope);
                FpLanes::square_into(k, x3, slope);
                FpLanes::minus_two_into(k, x3, x3, x, x);
                FpLanes::sub_into(k, rise, x, x3);
                FpLanes::mul_loose_into(k, slope, rise, slope);
                FpLanes::minus_into(k, slope, slope, y);
                (*x3).store(&raw mut (*p).x, &raw mut (*q).x);
                (*slope).store(&raw mut (*p).y, &raw mut (*q).y);
            }
        }
    }
}

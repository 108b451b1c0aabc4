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
use crate::fp::{self, FpConsts, FpLanes, FpLoose};
use crate::g1::G1Affine;
use crate::lanes::Lanes2;
use core::mem::MaybeUninit;

/// Pairs of additions per inversion.
const CHUNK: usize = 512;

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
    unsafe fn load_x(&self, a: u32, b: u32) -> FpLanes {
        unsafe {
            FpLanes::load(&raw const (*self.point(a >> 1)).x, &raw const (*self.point(b >> 1)).x)
        }
    }

    /// Signed.
    #[inline(always)]
    unsafe fn load_y(&self, a: u32, b: u32) -> FpLanes {
        let y = unsafe {
            FpLanes::load(&raw const (*self.point(a >> 1)).y, &raw const (*self.point(b >> 1)).y)
        };
        y.negate_if(self.k, [a & 1, b & 1])
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

    #[inline(never)]
    unsafe fn add_chunk(&self, list: *const Addition, count: usize) -> bool {
        unsafe {
            let k = self.k;
            let pairs = count.div_ceil(2);
            let mut product = FpLanes::one(k);
            for i in 0..pairs {
                let [u, v] = Self::pair(list, count, i);
                let slot = self.slots.add(i);
                let x1 = self.load_x((*u).a, (*v).a);
                let x2 = self.load_x((*u).b, (*v).b);
                FpLanes::copy_into(&raw mut (*slot).prefix, &product);
                (*slot).denominator = x2.sub(k, &x1);
                Self::multiply(k, &raw mut product, &raw mut product, slot);
            }
            let exceptional = product.is_zero(k) != [false; 2];
            if exceptional {
                product = self.repair(list, count);
            }
            let mut inverse = fp::invert_nonzero(k, &product);
            let inverse = &raw mut inverse;
            let mut infinities = false;
            for i in (0..pairs).rev() {
                let [u, v] = Self::pair(list, count, i);
                let slot = self.slots.add(i);
                let mut slope = MaybeUninit::<FpLanes>::uninit();
                let slope = slope.as_mut_ptr();
                FpLanes::mul_into(k, slope, inverse, &(*slot).prefix);
                Self::multiply(k, inverse, inverse, slot);
                let y1 = self.load_y((*u).a, (*v).a);
                let y2 = self.load_y((*u).b, (*v).b);
                let mut rise = y2.sub(k, &y1);
                if exceptional {
                    rise = self.rise(i, [&*u, &*v]);
                }
                FpLanes::mul_loose_into(k, slope, &rise, slope);
                let x1 = self.load_x((*u).a, (*v).a);
                let x2 = self.load_x((*u).b, (*v).b);
                let x3 = (*slope).square(k).sub(k, &x1);
                let x3 = FpLanes::norm(k, &FpLanes::loose_sub(k, &x3, &x2));
                let y3 = (*slope).mul_loose(k, &x1.sub(k, &x3)).minus(k, &y1);
                let (p, q) = (self.point((*u).out), self.point((*v).out));
                x3.store(&raw mut (*p).x, &raw mut (*q).x);
                y3.store(&raw mut (*p).y, &raw mut (*q).y);
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
                    let y1 = self.load_y((*u).a, (*v).a);
                    let equal = y1.equals(k, &self.load_y((*u).b, (*v).b));
                    let twice = y1.plus(k, &y1);
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
            let sum = self.load_y(u.b, v.b).minus(k, &self.load_y(u.a, v.a));
            let xx = self.load_x(u.a, v.a).square(k);
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
        unsafe {
            let k = self.k;
            let pairs = count.div_ceil(2);
            let points = |i: usize| {
                let second = if 2 * i + 1 < count { 2 * i + 1 } else { 2 * i };
                (self.point(first + 2 * i as u32), self.point(first + second as u32))
            };
            let mut product = FpLanes::one(k);
            for i in 0..pairs {
                let (p, q) = points(i);
                let slot = self.slots.add(i);
                let y = FpLanes::load(&raw const (*p).y, &raw const (*q).y);
                FpLanes::copy_into(&raw mut (*slot).prefix, &product);
                (*slot).denominator = y.add(k, &y);
                Self::multiply(k, &raw mut product, &raw mut product, slot);
            }
            let mut inverse = fp::invert_nonzero(k, &product);
            let inverse = &raw mut inverse;
            for i in (0..pairs).rev() {
                let (p, q) = points(i);
                let slot = self.slots.add(i);
                let mut slope = MaybeUninit::<FpLanes>::uninit();
                let slope = slope.as_mut_ptr();
                FpLanes::mul_into(k, slope, inverse, &(*slot).prefix);
                Self::multiply(k, inverse, inverse, slot);
                let x = FpLanes::load(&raw const (*p).x, &raw const (*q).x);
                let y = FpLanes::load(&raw const (*p).y, &raw const (*q).y);
                let xx = x.square(k);
                let rise = FpLanes::loose_add(k, &xx.add(k, &xx), &xx);
                FpLanes::mul_loose_into(k, slope, &rise, slope);
                let x3 = (*slope).square(k).sub(k, &x);
                let x3 = FpLanes::norm(k, &FpLanes::loose_sub(k, &x3, &x));
                let y3 = (*slope).mul_loose(k, &x.sub(k, &x3)).minus(k, &y);
                x3.store(&raw mut (*p).x, &raw mut (*q).x);
                y3.store(&raw mut (*p).y, &raw mut (*q).y);
            }
        }
    }
}

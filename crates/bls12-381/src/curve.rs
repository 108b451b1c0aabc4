//! Points of y^2 = x^3 + b in homogeneous coordinates (X : Y : Z), with x = X / Z, y = Y / Z and
//! infinity (0 : 1 : 0), by formulas that are right for every pair of points.
//!
//! Source: J. Renes, C. Costello, L. Batina, "Complete addition formulas for prime order elliptic
//! curves", 2016, algorithms 7, 8 and 9 (a = 0); complete for odd group orders, which both curves
//! have. Jacobian doubling in long chains: "dbl-2009-l", Explicit-Formulas Database.
//!
//! One text serves two curves: [`TwoPoints`] computes with two independent points of G1, one per
//! lane; [`Twist`] with one point of the twist over Fp2, whose coordinates fill both lanes.

use crate::fp::{FpConsts, FpLanes, FpLoose};
use crate::lanes::Lanes2;
use crate::tower::{fp2, linear};
use core::marker::PhantomData;

/// The field of a curve and 3 b.
pub trait Curve: Copy {
    fn mul(k: &FpConsts, a: &FpLanes, b: &FpLanes) -> FpLanes;
    fn mul_loose(k: &FpConsts, a: &FpLoose, b: &FpLanes) -> FpLanes;
    /// out = a b; out may be a or b.
    ///
    /// # Safety
    /// `a` and `b` readable, `out` writable.
    unsafe fn mul_into(k: &FpConsts, out: *mut FpLanes, a: *const FpLanes, b: *const FpLanes);
    fn square(k: &FpConsts, a: &FpLanes) -> FpLanes;
    fn one(k: &FpConsts) -> FpLanes;
    /// 3 b a
    fn times_3b(k: &FpConsts, a: &FpLanes) -> FpLanes;
    /// Whether a is zero (in both lanes).
    fn is_zero(k: &FpConsts, a: &FpLanes) -> bool {
        a.is_zero(k) == [true; 2]
    }
}

/// y^2 = x^3 + 4 over Fp, a point per lane.
#[derive(Clone, Copy)]
pub struct TwoPoints;
impl Curve for TwoPoints {
    #[inline(always)]
    fn mul(k: &FpConsts, a: &FpLanes, b: &FpLanes) -> FpLanes {
        a.mul(k, b)
    }
    #[inline(always)]
    fn mul_loose(k: &FpConsts, a: &FpLoose, b: &FpLanes) -> FpLanes {
        b.mul_loose(k, a)
    }
    #[inline(always)]
    unsafe fn mul_into(k: &FpConsts, out: *mut FpLanes, a: *const FpLanes, b: *const FpLanes) {
        unsafe { FpLanes::mul_into(k, out, a, b) }
    }
    #[inline(always)]
    fn square(k: &FpConsts, a: &FpLanes) -> FpLanes {
        a.square(k)
    }
    #[inline(always)]
    fn one(k: &FpConsts) -> FpLanes {
        FpLanes::one(k)
    }
    #[inline(always)]
    fn times_3b(k: &FpConsts, a: &FpLanes) -> FpLanes {
        times_12(k, a)
    }
}

/// y^2 = x^3 + 4 + 4u over Fp2.
#[derive(Clone, Copy)]
pub struct Twist;
impl Curve for Twist {
    #[inline(always)]
    fn mul(k: &FpConsts, a: &FpLanes, b: &FpLanes) -> FpLanes {
        fp2::mul(k, a, b)
    }
    #[inline(always)]
    fn mul_loose(k: &FpConsts, a: &FpLoose, b: &FpLanes) -> FpLanes {
        fp2::mul_loose(k, a, b)
    }
    #[inline(always)]
    unsafe fn mul_into(k: &FpConsts, out: *mut FpLanes, a: *const FpLanes, b: *const FpLanes) {
        unsafe { fp2::mul_into(k, out, a, b) }
    }
    #[inline(always)]
    fn square(k: &FpConsts, a: &FpLanes) -> FpLanes {
        fp2::square(k, a)
    }
    #[inline(always)]
    fn one(k: &FpConsts) -> FpLanes {
        fp2::one(k)
    }
    #[inline(always)]
    fn times_3b(k: &FpConsts, a: &FpLanes) -> FpLanes {
        times_12(k, &linear::times_xi(k, a))
    }
}

/// 3 b a on the twist.
#[inline(always)]
pub fn three_b(k: &FpConsts, a: &FpLanes) -> FpLanes {
    Twist::times_3b(k, a)
}

#[inline(never)]
fn times_12(k: &FpConsts, a: &FpLanes) -> FpLanes {
    let six = linear::triple(k, &linear::add(k, a, a));
    linear::add(k, &six, &six)
}

/// x, y of a point that is not infinity.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct Affine {
    pub x: FpLanes,
    pub y: FpLanes,
}

impl Affine {
    pub fn negate(&self, k: &FpConsts) -> Self {
        Self { x: self.x, y: self.y.neg(k) }
    }
}

/// (X : Y : Z)
#[repr(C)]
#[derive(Clone, Copy)]
pub struct Point<C: Curve> {
    pub x: FpLanes,
    pub y: FpLanes,
    pub z: FpLanes,
    curve: PhantomData<C>,
}

impl<C: Curve> Point<C> {
    #[inline(always)]
    pub fn new(x: FpLanes, y: FpLanes, z: FpLanes) -> Self {
        Self { x, y, z, curve: PhantomData }
    }

    #[inline(never)]
    pub fn infinity(k: &FpConsts) -> Self {
        Self::new(FpLanes::zero(k), C::one(k), FpLanes::zero(k))
    }

    #[inline(never)]
    pub fn from_affine(k: &FpConsts, a: &Affine) -> Self {
        Self::new(a.x, a.y, C::one(k))
    }

    /// Lane 0 of a and lane 1 of b; out may be a or b.
    ///
    /// # Safety
    /// `a` and `b` readable, `out` writable.
    #[inline(never)]
    pub unsafe fn mix_into(out: *mut Self, a: *const Self, b: *const Self) {
        unsafe {
            linear::mix_into(&raw mut (*out).x, &raw const (*a).x, &raw const (*b).x);
            linear::mix_into(&raw mut (*out).y, &raw const (*a).y, &raw const (*b).y);
            linear::mix_into(&raw mut (*out).z, &raw const (*a).z, &raw const (*b).z);
        }
    }

    /// Lanes exchanged; out is not a.
    ///
    /// # Safety
    /// `a` readable, `out` writable.
    #[inline(never)]
    pub unsafe fn swap_into(out: *mut Self, a: *const Self) {
        unsafe {
            linear::swap_into(&raw mut (*out).x, &raw const (*a).x);
            linear::swap_into(&raw mut (*out).y, &raw const (*a).y);
            linear::swap_into(&raw mut (*out).z, &raw const (*a).z);
        }
    }

    /// # Safety
    /// `a` readable, `out` writable.
    #[inline(never)]
    pub unsafe fn copy_into(out: *mut Self, a: *const Self) {
        unsafe {
            linear::copy(&raw mut (*out).x, &raw const (*a).x);
            linear::copy(&raw mut (*out).y, &raw const (*a).y);
            linear::copy(&raw mut (*out).z, &raw const (*a).z);
        }
    }

    pub fn negate(&self, k: &FpConsts) -> Self {
        Self::new(self.x, self.y.neg(k), self.z)
    }

    /// a + b (algorithm 7); out may be a or b.
    ///
    /// # Safety
    /// `a` and `b` readable, `out` writable.
    #[inline(never)]
    pub unsafe fn add_into(k: &FpConsts, out: *mut Self, a: *const Self, b: *const Self) {
        unsafe {
            let (a, b) = (&*a, &*b);
            let xx = C::mul(k, &a.x, &b.x);
            let yy = C::mul(k, &a.y, &b.y);
            let zz = C::mul(k, &a.z, &b.z);
            let xy = C::mul_loose(k, &a.x.add(k, &a.y), &linear::add(k, &b.x, &b.y));
            let xy = linear::sub_both(k, &xy, &xx, &yy);
            let yz = C::mul_loose(k, &a.y.add(k, &a.z), &linear::add(k, &b.y, &b.z));
            let yz = linear::sub_both(k, &yz, &yy, &zz);
            let xz = C::mul_loose(k, &a.x.add(k, &a.z), &linear::add(k, &b.x, &b.z));
            let xz = linear::sub_both(k, &xz, &xx, &zz);
            Self::finish_sum(k, out, &xx, &yy, &xy, &yz, &xz, &C::times_3b(k, &zz));
        }
    }

    /// a + b for an affine b (algorithm 8); out may be a.
    ///
    /// # Safety
    /// `a` and `b` readable, `out` writable.
    #[inline(never)]
    pub unsafe fn add_affine_into(k: &FpConsts, out: *mut Self, a: *const Self, b: *const Affine) {
        unsafe {
            let (a, b) = (&*a, &*b);
            let xx = C::mul(k, &a.x, &b.x);
            let yy = C::mul(k, &a.y, &b.y);
            let xy = C::mul_loose(k, &a.x.add(k, &a.y), &linear::add(k, &b.x, &b.y));
            let xy = linear::sub_both(k, &xy, &xx, &yy);
            let yz = linear::add(k, &C::mul(k, &b.y, &a.z), &a.y);
            let xz = linear::add(k, &C::mul(k, &b.x, &a.z), &a.x);
            Self::finish_sum(k, out, &xx, &yy, &xy, &yz, &xz, &C::times_3b(k, &a.z));
        }
    }

    /// The common end of both additions; `bz` is 3 b Z1 Z2.
    #[allow(clippy::too_many_arguments)]
    #[inline(never)]
    unsafe fn finish_sum(
        k: &FpConsts,
        out: *mut Self,
        xx: &FpLanes,
        yy: &FpLanes,
        xy: &FpLanes,
        yz: &FpLanes,
        xz: &FpLanes,
        bz: &FpLanes,
    ) {
        let xx = linear::triple(k, xx);
        let plus = linear::add(k, yy, bz);
        let minus = linear::sub(k, yy, bz);
        let xz = C::times_3b(k, xz);
        unsafe {
            linear::sub_into(k, &raw mut (*out).x, &C::mul(k, xy, &minus), &C::mul(k, yz, &xz));
            linear::add_into(k, &raw mut (*out).y, &C::mul(k, &xz, &xx), &C::mul(k, &minus, &plus));
            linear::add_into(k, &raw mut (*out).z, &C::mul(k, &plus, yz), &C::mul(k, &xx, xy));
        }
    }

    /// 2 a (algorithm 9), in place.
    ///
    /// # Safety
    /// `a` readable and writable.
    #[inline(never)]
    pub unsafe fn double(k: &FpConsts, a: *mut Self) {
        unsafe {
            let p = &*a;
            let yy = C::square(k, &p.y);
            let yz = C::mul(k, &p.y, &p.z);
            let bzz = C::times_3b(k, &C::square(k, &p.z));
            let xy = C::mul(k, &p.x, &p.y);
            let yy2 = linear::add(k, &yy, &yy);
            let yy4 = linear::add(k, &yy2, &yy2);
            let yy8 = linear::add(k, &yy4, &yy4);
            let t = linear::sub(k, &yy, &linear::triple(k, &bzz));
            let x = C::mul(k, &t, &xy);
            let sum = linear::add(k, &yy, &bzz);
            linear::add_into(k, &raw mut (*a).x, &x, &x);
            linear::add_into(k, &raw mut (*a).y, &C::mul(k, &sum, &t), &C::mul(k, &bzz, &yy8));
            C::mul_into(k, &raw mut (*a).z, &yz, &yy8);
        }
    }

    /// 2^count a, in place. Long chains go through Jacobian coordinates (x = X / Z^2, y = Y / Z^3),
    /// which cost 2 products and 5 squares per doubling instead of 6 and 2. Both lanes must be
    /// infinity or neither; branches on that.
    ///
    /// # Safety
    /// `a` readable and writable.
    pub unsafe fn double_times(k: &FpConsts, a: *mut Self, count: usize) {
        unsafe {
            if count < 5 {
                for _ in 0..count {
                    Self::double(k, a);
                }
                return;
            }
            let p = &*a;
            if C::is_zero(k, &p.z) {
                return;
            }
            let zz = C::square(k, &p.z);
            C::mul_into(k, &raw mut (*a).x, &raw const (*a).x, &raw const (*a).z);
            C::mul_into(k, &raw mut (*a).y, &raw const (*a).y, &zz);
            for _ in 0..count {
                Self::double_jacobian(k, a);
            }
            C::mul_into(k, &raw mut (*a).x, &raw const (*a).x, &raw const (*a).z);
            let zz = C::square(k, &(*a).z);
            C::mul_into(k, &raw mut (*a).z, &raw const (*a).z, &zz);
        }
    }

    #[inline(never)]
    unsafe fn double_jacobian(k: &FpConsts, p: *mut Self) {
        unsafe {
            let a = C::square(k, &(*p).x);
            let b = C::square(k, &(*p).y);
            let c = C::square(k, &b);
            let t = C::square(k, &linear::add(k, &(*p).x, &b));
            // d = 2 ((x + b)^2 - a - c)
            let d = linear::sub_both(k, &t, &a, &c);
            let d = linear::add(k, &d, &d);
            let e = linear::triple(k, &a);
            let f = C::square(k, &e);
            let x = &raw mut (*p).x;
            linear::sub_both_into(k, x, &f, &d, &d);
            let y2 = linear::add(k, &(*p).y, &(*p).y);
            C::mul_into(k, &raw mut (*p).z, &raw const (*p).z, &y2);
            let c2 = linear::add(k, &c, &c);
            let y = C::mul(k, &linear::sub(k, &d, &*x), &e);
            linear::sub_four_into(k, &raw mut (*p).y, &y, &c2);
        }
    }
}

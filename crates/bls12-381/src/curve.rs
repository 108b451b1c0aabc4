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
use crate::tower::fp2;
use core::marker::PhantomData;

/// The field of a curve and 3 b.
pub trait Curve: Copy {
    fn mul(k: &FpConsts, a: &FpLanes, b: &FpLanes) -> FpLanes;
    fn mul_loose(k: &FpConsts, a: &FpLoose, b: &FpLanes) -> FpLanes;
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
    fn square(k: &FpConsts, a: &FpLanes) -> FpLanes {
        fp2::square(k, a)
    }
    #[inline(always)]
    fn one(k: &FpConsts) -> FpLanes {
        fp2::one(k)
    }
    #[inline(always)]
    fn times_3b(k: &FpConsts, a: &FpLanes) -> FpLanes {
        times_12(k, &fp2::times_xi(k, a))
    }
}

/// 3 b a on the twist.
#[inline(always)]
pub fn three_b(k: &FpConsts, a: &FpLanes) -> FpLanes {
    Twist::times_3b(k, a)
}

#[inline(never)]
fn times_12(k: &FpConsts, a: &FpLanes) -> FpLanes {
    let two = a.plus(k, a);
    let six = FpLanes::norm(k, &FpLanes::loose_add(k, &two.add(k, &two), &two));
    six.plus(k, &six)
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

    pub fn infinity(k: &FpConsts) -> Self {
        Self::new(FpLanes::zero(k), C::one(k), FpLanes::zero(k))
    }

    pub fn from_affine(k: &FpConsts, a: &Affine) -> Self {
        Self::new(a.x, a.y, C::one(k))
    }

    /// # Safety
    /// `a` readable, `out` writable.
    #[inline(never)]
    pub unsafe fn copy_into(out: *mut Self, a: *const Self) {
        unsafe {
            FpLanes::copy_into(&raw mut (*out).x, &raw const (*a).x);
            FpLanes::copy_into(&raw mut (*out).y, &raw const (*a).y);
            FpLanes::copy_into(&raw mut (*out).z, &raw const (*a).z);
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
            let xy = C::mul_loose(k, &a.x.add(k, &a.y), &b.x.plus(k, &b.y));
            let xy = FpLanes::norm(k, &FpLanes::loose_sub(k, &xy.sub(k, &xx), &yy));
            let yz = C::mul_loose(k, &a.y.add(k, &a.z), &b.y.plus(k, &b.z));
            let yz = FpLanes::norm(k, &FpLanes::loose_sub(k, &yz.sub(k, &yy), &zz));
            let xz = C::mul_loose(k, &a.x.add(k, &a.z), &b.x.plus(k, &b.z));
            let xz = FpLanes::norm(k, &FpLanes::loose_sub(k, &xz.sub(k, &xx), &zz));
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
            let xy = C::mul_loose(k, &a.x.add(k, &a.y), &b.x.plus(k, &b.y));
            let xy = FpLanes::norm(k, &FpLanes::loose_sub(k, &xy.sub(k, &xx), &yy));
            let yz = C::mul(k, &b.y, &a.z).plus(k, &a.y);
            let xz = C::mul(k, &b.x, &a.z).plus(k, &a.x);
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
        let xx = FpLanes::norm(k, &FpLanes::loose_add(k, &xx.add(k, xx), xx));
        let plus = yy.plus(k, bz);
        let minus = yy.minus(k, bz);
        let xz = C::times_3b(k, xz);
        let x = C::mul(k, xy, &minus).minus(k, &C::mul(k, yz, &xz));
        let y = C::mul(k, &xz, &xx).plus(k, &C::mul(k, &minus, &plus));
        let z = C::mul(k, &plus, yz).plus(k, &C::mul(k, &xx, xy));
        unsafe { Self::write(out, &x, &y, &z) }
    }

    #[inline(always)]
    unsafe fn write(out: *mut Self, x: &FpLanes, y: &FpLanes, z: &FpLanes) {
        unsafe {
            FpLanes::copy_into(&raw mut (*out).x, x);
            FpLanes::copy_into(&raw mut (*out).y, y);
            FpLanes::copy_into(&raw mut (*out).z, z);
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
            let yy4 = FpLanes::norm(k, &FpLanes::loose_add(k, &FpLanes::loose_add(k, &yy.add(k, &yy), &yy), &yy));
            let yy8 = yy4.plus(k, &yy4);
            let bzz3 = FpLanes::norm(k, &FpLanes::loose_add(k, &bzz.add(k, &bzz), &bzz));
            let t = yy.minus(k, &bzz3);
            let x = C::mul(k, &t, &xy);
            let x = x.plus(k, &x);
            let y = C::mul_loose(k, &yy.add(k, &bzz), &t).plus(k, &C::mul(k, &bzz, &yy8));
            let z = C::mul(k, &yz, &yy8);
            Self::write(a, &x, &y, &z);
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
            let (x, y) = (C::mul(k, &p.x, &p.z), C::mul(k, &p.y, &zz));
            FpLanes::copy_into(&raw mut (*a).x, &x);
            FpLanes::copy_into(&raw mut (*a).y, &y);
            for _ in 0..count {
                Self::double_jacobian(k, a);
            }
            let p = &*a;
            let x = C::mul(k, &p.x, &p.z);
            let z = C::mul(k, &C::square(k, &p.z), &p.z);
            FpLanes::copy_into(&raw mut (*a).x, &x);
            FpLanes::copy_into(&raw mut (*a).z, &z);
        }
    }

    #[inline(never)]
    unsafe fn double_jacobian(k: &FpConsts, p: *mut Self) {
        unsafe {
            let a = C::square(k, &(*p).x);
            let b = C::square(k, &(*p).y);
            let c = C::square(k, &b);
            let t = C::square(k, &(*p).x.plus(k, &b));
            // d = 2 ((x + b)^2 - a - c)
            let d = FpLanes::norm(k, &FpLanes::loose_sub(k, &t.sub(k, &a), &c));
            let d = d.plus(k, &d);
            let e = FpLanes::norm(k, &FpLanes::loose_add(k, &a.add(k, &a), &a));
            let f = C::square(k, &e);
            let x = FpLanes::norm(k, &FpLanes::loose_sub(k, &f.sub(k, &d), &d));
            let z = C::mul_loose(k, &(*p).y.add(k, &(*p).y), &(*p).z);
            let c2 = c.plus(k, &c);
            let y = C::mul_loose(k, &d.sub(k, &x), &e);
            let y = FpLanes::loose_sub(k, &FpLanes::loose_sub(k, &y.sub(k, &c2), &c2), &c2);
            let y = FpLanes::norm(k, &FpLanes::loose_sub(k, &y, &c2));
            Self::write(p, &x, &y, &z);
        }
    }
}

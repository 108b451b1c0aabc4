//! Fp6 = Fp2[v]/(v^3 - xi), xi = 1 + u.
//!
//! Source of the products: A. Devegili, C. O hEigeartaigh, M. Scott, R. Dahab, "Multiplication and
//! Squaring on Pairing-Friendly Fields", 2006, section 4 (Karatsuba); sparse factors as in
//! D. Aranha et al., "Faster Explicit Formulas for Computing Pairings over Ordinary Curves", 2011.

use super::fp2::{self, Fp2};
use super::linear;
use crate::fp::{FpConsts, FpLanes};
use crate::lanes::Lanes2;
use core::mem::MaybeUninit;

/// c0 + c1 v + c2 v^2
#[repr(C)]
#[derive(Clone, Copy)]
pub struct Fp6 {
    pub c0: Fp2,
    pub c1: Fp2,
    pub c2: Fp2,
}

impl Fp6 {
    pub fn zero(k: &FpConsts) -> Self {
        let zero = FpLanes::zero(k);
        Self { c0: zero, c1: zero, c2: zero }
    }

    pub fn one(k: &FpConsts) -> Self {
        Self { c0: fp2::one(k), ..Self::zero(k) }
    }

    /// # Safety
    /// `a` readable, `out` writable.
    #[inline(never)]
    pub unsafe fn copy_into(out: *mut Self, a: *const Self) {
        unsafe {
            linear::copy(&raw mut (*out).c0, &raw const (*a).c0);
            linear::copy(&raw mut (*out).c1, &raw const (*a).c1);
            linear::copy(&raw mut (*out).c2, &raw const (*a).c2);
        }
    }

    /// a + b; out may be a or b.
    ///
    /// # Safety
    /// `a` and `b` readable, `out` writable.
    #[inline(never)]
    pub unsafe fn add_into(k: &FpConsts, out: *mut Self, a: *const Self, b: *const Self) {
        unsafe {
            let (out, a, b) = (out as *mut Fp2, a as *const Fp2, b as *const Fp2);
            for i in 0..3 {
                linear::add_into(k, out.add(i), a.add(i), b.add(i));
            }
        }
    }

    /// a - b; out may be a or b.
    ///
    /// # Safety
    /// `a` and `b` readable, `out` writable.
    #[inline(never)]
    pub unsafe fn sub_into(k: &FpConsts, out: *mut Self, a: *const Self, b: *const Self) {
        unsafe {
            let (out, a, b) = (out as *mut Fp2, a as *const Fp2, b as *const Fp2);
            for i in 0..3 {
                linear::sub_into(k, out.add(i), a.add(i), b.add(i));
            }
        }
    }

    /// a + v b = (a0 + xi b2, a1 + b0, a2 + b1); out may be a, not b.
    ///
    /// # Safety
    /// `a` and `b` readable, `out` writable.
    #[inline(never)]
    pub unsafe fn add_shifted_into(k: &FpConsts, out: *mut Self, a: *const Self, b: *const Self) {
        unsafe {
            linear::add_xi_into(k, &raw mut (*out).c0, &raw const (*a).c0, &raw const (*b).c2);
            linear::add_into(k, &raw mut (*out).c1, &raw const (*a).c1, &raw const (*b).c0);
            linear::add_into(k, &raw mut (*out).c2, &raw const (*a).c2, &raw const (*b).c1);
        }
    }

    /// a b; out may be a or b. Six products in Fp2.
    ///
    /// # Safety
    /// `a` and `b` readable, `out` writable.
    #[inline(never)]
    pub unsafe fn mul_into(k: &FpConsts, out: *mut Self, a: *const Self, b: *const Self) {
        unsafe {
            let (a, b) = (&*a, &*b);
            let v0 = fp2::mul(k, &a.c0, &b.c0);
            let v1 = fp2::mul(k, &a.c1, &b.c1);
            let v2 = fp2::mul(k, &a.c2, &b.c2);
            let m12 = fp2::mul_sums(k, [&a.c1, &a.c2], [&b.c1, &b.c2]);
            let m01 = fp2::mul_sums(k, [&a.c0, &a.c1], [&b.c0, &b.c1]);
            let m02 = fp2::mul_sums(k, [&a.c0, &a.c2], [&b.c0, &b.c2]);
            Self::combine_into(k, out, [&v0, &v1, &v2], [&m12, &m01, &m02]);
        }
    }

    /// From v_i = a_i b_i and m_ij = (a_i + a_j)(b_i + b_j):
    /// c0 = v0 + xi (m12 - v1 - v2), c1 = m01 - v0 - v1 + xi v2, c2 = m02 - v0 - v2 + v1.
    #[cfg(not(feature = "fma"))]
    #[inline(always)]
    unsafe fn combine_into(
        k: &FpConsts,
        out: *mut Self,
        [v0, v1, v2]: [&Fp2; 3],
        [m12, m01, m02]: [&Fp2; 3],
    ) {
        unsafe {
            let (c0, c1, c2) = (&raw mut (*out).c0, &raw mut (*out).c1, &raw mut (*out).c2);
            linear::add_xi_into(k, c0, v0, &linear::sub_both(k, m12, v1, v2));
            linear::add_xi_into(k, c1, &linear::sub_both(k, m01, v0, v1), v2);
            linear::add_into(k, c2, &linear::sub_both(k, m02, v0, v2), v1);
        }
    }

    /// The same with one normalisation per coefficient.
    #[cfg(feature = "fma")]
    #[inline(always)]
    unsafe fn combine_into(
        k: &FpConsts,
        out: *mut Self,
        [v0, v1, v2]: [&Fp2; 3],
        [m12, m01, m02]: [&Fp2; 3],
    ) {
        unsafe {
            // xi (m12 - v1 - v2) is a sum of six, c0 of seven.
            let s = FpLanes::loose_sub(k, &m12.sub(k, v1), v2);
            let s = &*(&raw const s as *const Fp2);
            let c0 = FpLanes::loose_add(k, &v0.add(k, s), &fp2::times_u(k, s));
            Fp2::copy_into(&raw mut (*out).c0, &FpLanes::norm(k, &c0));
            let c1 = FpLanes::loose_sub(k, &m01.sub(k, v0), v1);
            let c1 = FpLanes::loose_add(k, &FpLanes::loose_add(k, &c1, v2), &fp2::times_u(k, v2));
            Fp2::copy_into(&raw mut (*out).c1, &FpLanes::norm(k, &c1));
            let c2 = FpLanes::loose_add(k, &FpLanes::loose_sub(k, &m02.sub(k, v0), v2), v1);
            Fp2::copy_into(&raw mut (*out).c2, &FpLanes::norm(k, &c2));
        }
    }

    /// a (b0 + b1 v); out may be a. Five products in Fp2.
    ///
    /// # Safety
    /// All readable, `out` writable and apart from b0, b1.
    #[inline(never)]
    pub unsafe fn mul_01_into(
        k: &FpConsts,
        out: *mut Self,
        a: *const Self,
        b0: *const Fp2,
        b1: *const Fp2,
    ) {
        unsafe {
            let (a, b0, b1) = (&*a, &*b0, &*b1);
            let v0 = fp2::mul(k, &a.c0, b0);
            let v1 = fp2::mul(k, &a.c1, b1);
            // c0 = v0 + xi a2 b1, c1 = (a0 + a1)(b0 + b1) - v0 - v1, c2 = a2 b0 + v1
            let m01 = fp2::mul_sums(k, [&a.c0, &a.c1], [b0, b1]);
            let high = fp2::mul(k, &a.c2, b1);
            let low = fp2::mul(k, &a.c2, b0);
            linear::add_xi_into(k, &raw mut (*out).c0, &v0, &high);
            linear::sub_both_into(k, &raw mut (*out).c1, &m01, &v0, &v1);
            linear::add_into(k, &raw mut (*out).c2, &low, &v1);
        }
    }

    /// a b v for b in Fp2 = (xi a2 b, a0 b, a1 b); out may be a.
    ///
    /// # Safety
    /// All readable, `out` writable and apart from b.
    #[inline(never)]
    pub unsafe fn mul_1_into(k: &FpConsts, out: *mut Self, a: *const Self, b: *const Fp2) {
        unsafe {
            let (a, b) = (&*a, &*b);
            let c0 = fp2::mul(k, &a.c2, b);
            let c1 = fp2::mul(k, &a.c0, b);
            let c2 = fp2::mul(k, &a.c1, b);
            linear::times_xi_into(k, &raw mut (*out).c0, &c0);
            linear::copy(&raw mut (*out).c1, &c1);
            linear::copy(&raw mut (*out).c2, &c2);
        }
    }

    /// As [`Fp6::mul_1_into`] for b = (s, s) in the base field.
    ///
    /// # Safety
    /// All readable, `out` writable and apart from b.
    #[inline(never)]
    pub unsafe fn scale_1_into(k: &FpConsts, out: *mut Self, a: *const Self, b: *const FpLanes) {
        unsafe {
            let (a, b) = (&*a, &*b);
            let c0 = a.c2.mul(k, b);
            let c1 = a.c0.mul(k, b);
            let c2 = a.c1.mul(k, b);
            linear::times_xi_into(k, &raw mut (*out).c0, &c0);
            linear::copy(&raw mut (*out).c1, &c1);
            linear::copy(&raw mut (*out).c2, &c2);
        }
    }

    /// 1 / a, 0 for 0. Not constant-time.
    pub fn invert(&self, k: &FpConsts) -> Self {
        let (a0, a1, a2) = (&self.c0, &self.c1, &self.c2);
        // A = a0^2 - xi a1 a2, B = xi a2^2 - a0 a1, C = a1^2 - a0 a2, 1 / (a0 A + xi (a2 B + a1 C))
        let a = linear::sub(k, &fp2::square(k, a0), &linear::times_xi(k, &fp2::mul(k, a1, a2)));
        let b = linear::sub(k, &linear::times_xi(k, &fp2::square(k, a2)), &fp2::mul(k, a0, a1));
        let c = linear::sub(k, &fp2::square(k, a1), &fp2::mul(k, a0, a2));
        let t = linear::add(k, &fp2::mul(k, a2, &b), &fp2::mul(k, a1, &c));
        let t = linear::add_xi(k, &fp2::mul(k, a0, &a), &t);
        let t = fp2::invert(k, &t);
        Self { c0: fp2::mul(k, &a, &t), c1: fp2::mul(k, &b, &t), c2: fp2::mul(k, &c, &t) }
    }

    #[inline(always)]
    pub fn mul(&self, k: &FpConsts, b: &Self) -> Self {
        let mut out = MaybeUninit::uninit();
        unsafe {
            Self::mul_into(k, out.as_mut_ptr(), self, b);
            out.assume_init()
        }
    }

    pub fn is_zero(&self, k: &FpConsts) -> bool {
        fp2::is_zero(k, &self.c0) && fp2::is_zero(k, &self.c1) && fp2::is_zero(k, &self.c2)
    }
}

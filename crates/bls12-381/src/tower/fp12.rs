//! Fp12 = Fp6[w]/(w^2 - v), the field of pairing values.
//!
//! Sources: complex squaring, Devegili et al. 2006, section 3; squaring in the cyclotomic subgroup,
//! R. Granger, M. Scott, "Faster Squaring in the Cyclotomic Subgroup of Sixth Degree Extensions",
//! 2010, section 3.2; its compressed form, K. Karabina, "Squaring in cyclotomic subgroups", 2013.

use super::constants::constants;
use super::fp2::{self, Fp2};
use super::fp6::Fp6;
use super::linear;
use crate::constants::PARAMETER;
use crate::fp::{FpConsts, FpLanes};
use crate::lanes::Lanes2;
use core::mem::MaybeUninit;

/// c0 + c1 w
#[repr(C)]
#[derive(Clone, Copy)]
pub struct Fp12 {
    pub c0: Fp6,
    pub c1: Fp6,
}

impl Fp12 {
    pub fn one(k: &FpConsts) -> Self {
        Self { c0: Fp6::one(k), c1: Fp6::zero(k) }
    }

    /// # Safety
    /// `a` readable, `out` writable.
    pub unsafe fn copy_into(out: *mut Self, a: *const Self) {
        unsafe {
            Fp6::copy_into(&raw mut (*out).c0, &raw const (*a).c0);
            Fp6::copy_into(&raw mut (*out).c1, &raw const (*a).c1);
        }
    }

    /// a b by Karatsuba; out may be a or b.
    ///
    /// # Safety
    /// `a` and `b` readable, `out` writable.
    #[inline(never)]
    pub unsafe fn mul_into(k: &FpConsts, out: *mut Self, a: *const Self, b: *const Self) {
        let mut low = MaybeUninit::<Fp6>::uninit();
        let mut high = MaybeUninit::<Fp6>::uninit();
        let mut sum = MaybeUninit::<Fp6>::uninit();
        let (low, high, sum) = (low.as_mut_ptr(), high.as_mut_ptr(), sum.as_mut_ptr());
        unsafe {
            Fp6::add_into(k, low, &raw const (*a).c0, &raw const (*a).c1);
            Fp6::add_into(k, high, &raw const (*b).c0, &raw const (*b).c1);
            Fp6::mul_into(k, sum, low, high);
            Fp6::mul_into(k, low, &raw const (*a).c0, &raw const (*b).c0);
            Fp6::mul_into(k, high, &raw const (*a).c1, &raw const (*b).c1);
            Self::combine_into(k, out, low, high, sum);
        }
    }

    /// low + v high + (sum - low - high) w
    #[inline(always)]
    unsafe fn combine_into(
        k: &FpConsts,
        out: *mut Self,
        low: *const Fp6,
        high: *const Fp6,
        sum: *mut Fp6,
    ) {
        unsafe {
            Fp6::sub_into(k, sum, sum, low);
            Fp6::sub_into(k, &raw mut (*out).c1, sum, high);
            Fp6::add_shifted_into(k, &raw mut (*out).c0, low, high);
        }
    }

    /// a^2 = (c0 + c1)(c0 + v c1) - t - v t + 2 t w with t = c0 c1; out may be a.
    ///
    /// # Safety
    /// `a` readable, `out` writable.
    #[inline(never)]
    pub unsafe fn square_into(k: &FpConsts, out: *mut Self, a: *const Self) {
        let mut sum = MaybeUninit::<Fp6>::uninit();
        let mut shifted = MaybeUninit::<Fp6>::uninit();
        let mut product = MaybeUninit::<Fp6>::uninit();
        let (sum, shifted, product) =
            (sum.as_mut_ptr(), shifted.as_mut_ptr(), product.as_mut_ptr());
        unsafe {
            Fp6::mul_into(k, product, &raw const (*a).c0, &raw const (*a).c1);
            Fp6::add_into(k, sum, &raw const (*a).c0, &raw const (*a).c1);
            Fp6::add_shifted_into(k, shifted, &raw const (*a).c0, &raw const (*a).c1);
            Fp6::mul_into(k, sum, sum, shifted);
            Fp6::add_into(k, &raw mut (*out).c1, product, product);
            Fp6::add_shifted_into(k, shifted, product, product);
            Fp6::sub_into(k, &raw mut (*out).c0, sum, shifted);
        }
    }

    /// a (l0 + l1 v + s v w) with s = (s, s) in the base field: a line through a fixed point. In place.
    ///
    /// # Safety
    /// All readable, `a` writable and apart from the line.
    #[inline(never)]
    pub unsafe fn mul_line_scaled(
        k: &FpConsts,
        a: *mut Self,
        l0: *const Fp2,
        l1: *const Fp2,
        s: *const FpLanes,
    ) {
        unsafe {
            // s stands in lane 0 only as an element of Fp2.
            let real = (*s).mix(&FpLanes::zero(k));
            let l1s = linear::add(k, &*l1, &real);
            let mut high = MaybeUninit::<Fp6>::uninit();
            Fp6::scale_1_into(k, high.as_mut_ptr(), &raw const (*a).c1, s);
            Self::finish_line(k, a, l0, l1, &l1s, high.as_mut_ptr());
        }
    }

    /// a (l0 + l1 v + l4 v w) in place: a line.
    ///
    /// # Safety
    /// All readable, `a` writable and apart from the line.
    #[inline(never)]
    pub unsafe fn mul_line(
        k: &FpConsts,
        a: *mut Self,
        l0: *const Fp2,
        l1: *const Fp2,
        l4: *const Fp2,
    ) {
        unsafe {
            let sum = linear::add(k, &*l1, &*l4);
            let mut high = MaybeUninit::<Fp6>::uninit();
            Fp6::mul_1_into(k, high.as_mut_ptr(), &raw const (*a).c1, l4);
            Self::finish_line(k, a, l0, l1, &sum, high.as_mut_ptr());
        }
    }

    #[inline(always)]
    unsafe fn finish_line(
        k: &FpConsts,
        a: *mut Self,
        l0: *const Fp2,
        l1: *const Fp2,
        l14: *const Fp2,
        high: *mut Fp6,
    ) {
        let mut low = MaybeUninit::<Fp6>::uninit();
        let mut sum = MaybeUninit::<Fp6>::uninit();
        let (low, sum) = (low.as_mut_ptr(), sum.as_mut_ptr());
        unsafe {
            Fp6::add_into(k, sum, &raw const (*a).c0, &raw const (*a).c1);
            Fp6::mul_01_into(k, low, &raw const (*a).c0, l0, l1);
            Fp6::mul_01_into(k, sum, sum, l0, l14);
            Self::combine_into(k, a, low, high, sum);
        }
    }

    /// c0 - c1 w = a^(p^6): the inverse in the cyclotomic subgroup. In place.
    ///
    /// # Safety
    /// `a` readable and writable.
    pub unsafe fn conjugate(k: &FpConsts, a: *mut Self) {
        unsafe {
            let c1 = &raw mut (*a).c1 as *mut Fp2;
            for i in 0..3 {
                linear::neg_into(k, c1.add(i), c1.add(i));
            }
        }
    }

    /// a^p, in place.
    ///
    /// # Safety
    /// `a` readable and writable.
    #[inline(never)]
    pub unsafe fn frobenius(k: &FpConsts, a: *mut Self) {
        let table = &constants().frobenius;
        unsafe {
            let c = a as *mut Fp2;
            // Coefficient i of (1, v, v^2, w, v w, v^2 w) belongs to w^POWER[i].
            linear::copy(c, &fp2::conjugate(k, &*c));
            for i in 1..6 {
                fp2::mul_into(k, c.add(i), &fp2::conjugate(k, &*c.add(i)), &table[POWER[i] - 1]);
            }
        }
    }

    /// a^(p^2), in place.
    ///
    /// # Safety
    /// `a` readable and writable.
    #[inline(never)]
    pub unsafe fn frobenius_square(k: &FpConsts, a: *mut Self) {
        let table = &constants().frobenius_square;
        unsafe {
            let c = a as *mut Fp2;
            for i in 1..6 {
                FpLanes::mul_into(k, c.add(i), c.add(i), &table[POWER[i] - 1]);
            }
        }
    }

    /// a^2 for a in the cyclotomic subgroup; in place. Nine squares in Fp2.
    ///
    /// # Safety
    /// `a` readable and writable.
    #[inline(never)]
    pub unsafe fn cyclotomic_square(k: &FpConsts, a: *mut Self) {
        unsafe {
            let c = a as *mut Fp2;
            let (a0, a1) = fp4_square(k, &*c, &*c.add(4));
            linear::triple_sub_twice_into(k, c, &a0, c);
            linear::triple_add_twice_into(k, c.add(4), &a1, c.add(4));
            Self::compressed_square(k, a);
        }
    }

    /// The same for the coefficients of w, w^2, w^4 and w^5 alone, which do not depend on the others.
    ///
    /// # Safety
    /// `a` readable and writable.
    #[inline(never)]
    unsafe fn compressed_square(k: &FpConsts, a: *mut Self) {
        unsafe {
            // With Fp4 = Fp2[s], s = w^3: a = (c0 + c4 s) + (c3 + c2 s) w + (c1 + c5 s) w^2.
            let c = a as *mut Fp2;
            let (b0, b1) = fp4_square(k, &*c.add(3), &*c.add(2));
            let (d0, d1) = fp4_square(k, &*c.add(1), &*c.add(5));
            let d1 = linear::times_xi(k, &d1);
            linear::triple_sub_twice_into(k, c.add(1), &b0, c.add(1));
            linear::triple_add_twice_into(k, c.add(5), &b1, c.add(5));
            linear::triple_sub_twice_into(k, c.add(2), &d0, c.add(2));
            linear::triple_add_twice_into(k, c.add(3), &d1, c.add(3));
        }
    }

    /// Recovers c0 and c4 of three elements from the other coefficients, with one inversion:
    /// c4 = (xi c5^2 + 3 c1^2 - 2 c2) / (4 c3), or 2 c1 c5 / c2 if c3 = 0;
    /// c0 = (2 c4^2 + c3 c5 - 3 c2 c1) xi + 1.
    ///
    /// # Safety
    /// Readable and writable.
    #[inline(never)]
    unsafe fn decompress_three(k: &FpConsts, list: *mut [Self; 3]) {
        unsafe {
            let coefficient = |i: usize, j: usize| (list as *mut Fp2).add(6 * i + j);
            let mut fractions = [(fp2::one(k), fp2::one(k)); 3];
            for i in 0..3 {
                let [c1, c2, c3, c5] = [1, 2, 3, 5].map(|j| &*coefficient(i, j));
                let twice = |x: &Fp2| linear::add(k, x, x);
                fractions[i] = if !fp2::is_zero(k, c3) {
                    let t = linear::add_xi(
                        k,
                        &linear::triple(k, &fp2::square(k, c1)),
                        &fp2::square(k, c5),
                    );
                    (linear::sub(k, &t, &twice(c2)), twice(&twice(c3)))
                } else if !fp2::is_zero(k, c2) {
                    (twice(&fp2::mul(k, c1, c5)), *c2)
                } else {
                    // Then c1 = c5 = 0 and the element is 1.
                    (FpLanes::zero(k), fp2::one(k))
                };
            }
            let [(n0, d0), (n1, d1), (n2, d2)] = &fractions;
            let d01 = fp2::mul(k, d0, d1);
            let all = fp2::invert(k, &fp2::mul(k, &d01, d2));
            let rest = fp2::mul(k, &all, d2);
            let quotients = [
                fp2::mul(k, n0, &fp2::mul(k, &rest, d1)),
                fp2::mul(k, n1, &fp2::mul(k, &rest, d0)),
                fp2::mul(k, n2, &fp2::mul(k, &all, &d01)),
            ];
            for i in 0..3 {
                let c4 = &quotients[i];
                let [c1, c2, c3, c5] = [1, 2, 3, 5].map(|j| &*coefficient(i, j));
                let square = fp2::square(k, c4);
                let product = fp2::mul(k, c2, c1);
                let t = linear::add(k, &linear::add(k, &square, &square), &fp2::mul(k, c3, c5));
                let t = linear::sub(k, &t, &linear::triple(k, &product));
                linear::add_xi_into(k, coefficient(i, 0), &fp2::one(k), &t);
                linear::copy(coefficient(i, 4), c4);
            }
        }
    }

    /// out = a^t, t the negative curve parameter; a in the cyclotomic subgroup; out and a differ.
    ///
    /// |t| = 2^63 + 2^62 + 2^60 + 2^57 + 2^48 + 2^16: the first 57 squarings are compressed.
    ///
    /// # Safety
    /// `a` readable, `out` writable.
    #[inline(never)]
    pub unsafe fn power_parameter_into(k: &FpConsts, out: *mut Self, a: *const Self) {
        const { assert!(PARAMETER == 1 << 63 | 1 << 62 | 1 << 60 | 1 << 57 | 1 << 48 | 1 << 16) };
        let mut powers = MaybeUninit::<[Self; 3]>::uninit();
        let powers = powers.as_mut_ptr();
        let power = powers as *mut Self;
        unsafe {
            Self::copy_into(out, a);
            for (i, count) in [16, 32, 9].into_iter().enumerate() {
                for _ in 0..count {
                    Self::compressed_square(k, out);
                }
                Self::copy_into(power.add(i), out);
            }
            Self::decompress_three(k, powers);
            Self::mul_into(k, out, power, power.add(1));
            let last = power.add(2);
            for count in [3, 2, 1] {
                Self::mul_into(k, out, out, last);
                for _ in 0..count {
                    Self::cyclotomic_square(k, last);
                }
            }
            Self::mul_into(k, out, out, last);
            Self::conjugate(k, out);
        }
    }

    /// 1 / a, 0 for 0. Not constant-time.
    pub fn invert(&self, k: &FpConsts) -> Self {
        // (c0 - c1 w) / (c0^2 - v c1^2)
        let mut out = MaybeUninit::<Self>::uninit();
        let out = out.as_mut_ptr();
        unsafe {
            let mut t = self.c1.mul(k, &self.c1);
            t = Fp6 { c0: linear::times_xi(k, &t.c2), c1: t.c0, c2: t.c1 };
            let square = self.c0.mul(k, &self.c0);
            Fp6::sub_into(k, &raw mut t, &square, &raw const t);
            let inverse = t.invert(k);
            Fp6::mul_into(k, &raw mut (*out).c0, &self.c0, &inverse);
            Fp6::mul_into(k, &raw mut (*out).c1, &self.c1, &inverse);
            Self::conjugate(k, out);
            *out
        }
    }

    pub fn is_one(&self, k: &FpConsts) -> bool {
        fp2::equals(k, &self.c0.c0, &fp2::one(k))
            && fp2::is_zero(k, &self.c0.c1)
            && fp2::is_zero(k, &self.c0.c2)
            && self.c1.is_zero(k)
    }
}

const POWER: [usize; 6] = [0, 2, 4, 1, 3, 5];

/// (a + b s)^2 with s^2 = xi: (a^2 + xi b^2, 2 a b).
#[inline(always)]
fn fp4_square(k: &FpConsts, a: &Fp2, b: &Fp2) -> (Fp2, Fp2) {
    let aa = fp2::square(k, a);
    let bb = fp2::square(k, b);
    let sum = fp2::square(k, &linear::add(k, a, b));
    (linear::add_xi(k, &aa, &bb), linear::sub_both(k, &sum, &aa, &bb))
}

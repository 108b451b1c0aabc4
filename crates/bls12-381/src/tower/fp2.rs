//! Fp2 = Fp[u]/(u^2 + 1). An element c0 + c1 u is the two-lane vector (c0, c1).
//!
//! Sums, differences, negation, loose and normal values are those of the lanes. A lane product by
//! (s, s) is the product by a base field element s. Values are normal unless their type says loose.

use super::linear;
use crate::constants::{BaseField, Modulus};
use crate::fp::{self, FpConsts, FpLanes, FpLoose};
use crate::lanes::{self, Lanes2};
use crate::words::{self, Words};
use core::mem::MaybeUninit;

/// c0 + c1 u in lanes 0 and 1.
pub type Fp2 = FpLanes;

/// (c0, 0, ...) = 1
#[inline(always)]
pub fn one(k: &FpConsts) -> Fp2 {
    FpLanes::one(k).mix(&FpLanes::zero(k))
}

/// u a = -a1 + a0 u
#[inline(always)]
pub fn times_u(k: &FpConsts, a: &Fp2) -> Fp2 {
    a.swap().negate_if(k, [1, 0])
}

/// a0 - a1 u = a^p
#[inline(always)]
pub fn conjugate(k: &FpConsts, a: &Fp2) -> Fp2 {
    a.negate_if(k, [0, 1])
}

/// a b. `out` may be a or b.
///
/// # Safety
/// `a` and `b` readable, `out` writable.
#[inline(always)]
pub unsafe fn mul_into(k: &FpConsts, out: *mut Fp2, a: *const Fp2, b: *const Fp2) {
    unsafe {
        #[cfg(feature = "fma")]
        lanes::fma::fp2::mul_into(k, out, a, b);
        #[cfg(feature = "wide")]
        lanes::wide::fp2::mul_into(out, a, b);
        #[cfg(not(any(feature = "fma", feature = "wide")))]
        lanes::scalar::fp2::mul_into(out, a, b);
        let _ = k;
    }
}

/// a b with one loose factor.
///
/// # Safety
/// As [`mul_into`].
#[inline(always)]
pub unsafe fn mul_loose_into(k: &FpConsts, out: *mut Fp2, a: *const FpLoose, b: *const Fp2) {
    // The kernel takes limbs of either size; the types only stop loose times loose.
    unsafe { mul_into(k, out, a as *const Fp2, b) }
}

/// a^2. `out` may be a.
///
/// # Safety
/// As [`mul_into`].
#[inline(always)]
pub unsafe fn square_into(k: &FpConsts, out: *mut Fp2, a: *const Fp2) {
    unsafe {
        #[cfg(feature = "fma")]
        lanes::fma::fp2::square_into(k, out, a);
        #[cfg(feature = "wide")]
        lanes::wide::fp2::square_into(out, a);
        #[cfg(not(any(feature = "fma", feature = "wide")))]
        lanes::scalar::fp2::square_into(out, a);
        let _ = k;
    }
}

#[inline(always)]
pub fn mul(k: &FpConsts, a: &Fp2, b: &Fp2) -> Fp2 {
    let mut out = MaybeUninit::uninit();
    unsafe {
        mul_into(k, out.as_mut_ptr(), a, b);
        out.assume_init()
    }
}

#[inline(always)]
pub fn mul_loose(k: &FpConsts, a: &FpLoose, b: &Fp2) -> Fp2 {
    let mut out = MaybeUninit::uninit();
    unsafe {
        mul_loose_into(k, out.as_mut_ptr(), a, b);
        out.assume_init()
    }
}

/// (a + b)(c + d)
#[inline(always)]
pub fn mul_sums(k: &FpConsts, [a, b]: [&Fp2; 2], [c, d]: [&Fp2; 2]) -> Fp2 {
    let mut out = MaybeUninit::uninit();
    unsafe {
        #[cfg(feature = "fma")]
        mul_into(
            k,
            out.as_mut_ptr(),
            &a.add(k, b) as *const FpLoose as *const Fp2,
            &c.add(k, d) as *const FpLoose as *const Fp2,
        );
        #[cfg(not(feature = "fma"))]
        mul_into(k, out.as_mut_ptr(), &linear::add(k, a, b), &linear::add(k, c, d));
        out.assume_init()
    }
}

#[inline(always)]
pub fn square(k: &FpConsts, a: &Fp2) -> Fp2 {
    let mut out = MaybeUninit::uninit();
    unsafe {
        square_into(k, out.as_mut_ptr(), a);
        out.assume_init()
    }
}

/// a0^2 + a1^2 in both lanes.
#[inline(never)]
pub fn norm(k: &FpConsts, a: &Fp2) -> FpLanes {
    let squares = a.square(k);
    linear::add(k, &squares, &squares.swap())
}

/// 1 / a, 0 for 0. Not constant-time.
pub fn invert(k: &FpConsts, a: &Fp2) -> Fp2 {
    conjugate(k, a).mul(k, &fp::invert(k, &norm(k, a)))
}

/// 1 / a, 0 for 0, in time that does not depend on a.
pub fn invert_fermat(k: &FpConsts, a: &Fp2) -> Fp2 {
    conjugate(k, a).mul(k, &fp::invert_fermat(k, &norm(k, a)))
}

#[inline(never)]
pub fn is_zero(k: &FpConsts, a: &Fp2) -> bool {
    a.is_zero(k) == [true; 2]
}

#[inline(never)]
pub fn equals(k: &FpConsts, a: &Fp2, b: &Fp2) -> bool {
    is_zero(k, &linear::sub(k, a, b))
}

/// Which lanes are equal.
#[inline(never)]
pub fn lanes_equal(k: &FpConsts, a: &FpLanes, b: &FpLanes) -> [bool; 2] {
    linear::sub(k, a, b).is_zero(k)
}

/// (p - 3) / 4, p = 3 mod 4
const ROOT_EXPONENT: Words = words::shift_right(&BaseField::WORDS, 2);

/// a^((p - 3) / 4) in both lanes: e with e^2 a = 1 or -1 where a is not 0.
pub fn inverse_root(k: &FpConsts, a: &FpLanes) -> FpLanes {
    fp::power(k, a, &ROOT_EXPONENT)
}

/// Second half of two square roots in Fp2: given a\[i\] and, in lane i, a square root s of its norm,
/// returns square roots of both.
///
/// delta = (c0 + s) / 2 or (c0 - s) / 2 is a square, their product being -c1^2 / 4. With
/// t = delta^((p - 3) / 4): if delta is a square its root is x = delta t and 1 / x = t; if not,
/// x^2 = -delta and 1 / x = -t. Then (x, c1 / 2x), or (c1 / 2x, x) up to the sign, squares to a.
pub fn roots_from_norms(k: &FpConsts, a: [&Fp2; 2], s: &FpLanes, half: &FpLanes) -> [Fp2; 2] {
    let c0 = a[0].low(a[1]);
    let c1 = a[0].high(a[1]);
    let mut delta = linear::add(k, &c0, s).mul(k, half);
    let other = linear::sub(k, &c0, s).mul(k, half);
    let zero = delta.is_zero(k);
    // c1 = 0 and s = -c0
    if zero[0] {
        delta = other.mix(&delta);
    }
    if zero[1] {
        delta = delta.mix(&other);
    }
    let t = inverse_root(k, &delta);
    let x = delta.mul(k, &t);
    let y = c1.mul(k, &t).mul(k, half);
    let square = lanes_equal(k, &x.square(k), &delta);
    // Lane 0 of `low` and `high` selects element 0.
    let minus = linear::neg(k, &x);
    let first = if square[0] { x.low(&y) } else { y.low(&minus) };
    let second = if square[1] { x.high(&y) } else { y.high(&minus) };
    [first, second]
}

/// Square roots of two elements, and whether each is a square (else the root is meaningless).
pub fn roots(k: &FpConsts, a: [&Fp2; 2], half: &FpLanes) -> ([Fp2; 2], [bool; 2]) {
    let norms = norm(k, a[0]).mix(&norm(k, a[1]));
    let s = norms.mul(k, &inverse_root(k, &norms));
    let ok = lanes_equal(k, &s.square(k), &norms);
    (roots_from_norms(k, a, &s, half), ok)
}

/// sgn0 of RFC 9380, section 4.1, for m = 2.
pub fn is_odd(k: &FpConsts, a: &Fp2) -> bool {
    let [c0, c1] = a.to_words(k);
    if words::is_zero(&c0) { c1[0] & 1 == 1 } else { c0[0] & 1 == 1 }
}

/// Whether a is the lexicographically larger of a and -a, c1 compared first (the sign bit of
/// compressed points, draft-irtf-cfrg-pairing-friendly-curves-11, appendix C).
pub fn is_large(k: &FpConsts, a: &Fp2) -> bool {
    let [c0, c1] = fp::is_large(k, a);
    if a.is_zero(k)[1] { c0 } else { c1 }
}

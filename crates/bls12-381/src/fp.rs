//! The base field of BLS12-381, two elements at a time.

use crate::constants::{BaseField, Modulus};
use crate::inverse;
use crate::lanes::Lanes2;
use crate::words::{self, Words};

/// Two elements of the base field.
#[cfg(feature = "fma")]
pub type FpLanes = crate::lanes::fma::Fma<BaseField, 8>;
#[cfg(feature = "wide")]
pub type FpLanes = crate::lanes::wide::Wide<BaseField, 6>;
#[cfg(not(any(feature = "fma", feature = "wide")))]
pub type FpLanes = crate::lanes::scalar::Scalar<BaseField, 13>;
/// One stored element.
pub type FpElement = <FpLanes as Lanes2>::Element;
/// A sum or difference of normal values.
pub type FpLoose = <FpLanes as Lanes2>::Loose;
/// Constants of the back end.
pub type FpConsts = <FpLanes as Lanes2>::Consts;

/// Bytes of an encoded element.
pub const BYTES: usize = BaseField::BYTES;

const P: Words = BaseField::WORDS;
/// p - 2
const INVERSE_EXPONENT: Words = words::subtract(&P, &[2, 0, 0, 0, 0, 0]);
/// (p + 1) / 4; p = 3 mod 4
const SQRT_EXPONENT: Words = words::shift_right(&words::add(&P, &[1, 0, 0, 0, 0, 0]), 2);

/// a^exponent in both lanes, windows of four bits from the top.
#[inline(never)]
pub fn power(k: &FpConsts, a: &FpLanes, exponent: &Words) -> FpLanes {
    let mut table = [FpLanes::one(k); 16];
    for i in 1..16 {
        table[i] = table[i - 1].mul(k, a);
    }
    let mut result = FpLanes::one(k);
    let pointer = &raw mut result;
    let mut started = false;
    for i in (0..96).rev() {
        if started {
            for _ in 0..4 {
                unsafe { FpLanes::square_into(k, pointer, pointer) };
            }
        }
        let digit = (exponent[i / 16] >> (4 * (i % 16))) as usize & 15;
        if digit != 0 {
            unsafe { FpLanes::mul_into(k, pointer, pointer, &table[digit]) };
            started = true;
        }
    }
    result
}

/// 1 / a in both lanes, 0 for 0; a^(p - 2), so its time does not depend on a.
pub fn invert_fermat(k: &FpConsts, a: &FpLanes) -> FpLanes {
    power(k, a, &INVERSE_EXPONENT)
}

/// 1 / a in both lanes, 0 for 0. Not constant-time.
pub fn invert(k: &FpConsts, a: &FpLanes) -> FpLanes {
    let zero = a.is_zero(k);
    if !zero[0] && !zero[1] {
        return invert_nonzero(k, a);
    }
    let one = FpLanes::one(k);
    let low = if zero[0] { &one } else { a };
    let high = if zero[1] { &one } else { a };
    let inverse = invert_nonzero(k, &low.mix(high));
    let nothing = FpLanes::zero(k);
    let low = if zero[0] { &nothing } else { &inverse };
    let high = if zero[1] { &nothing } else { &inverse };
    low.mix(high)
}

/// 1 / a where neither lane is zero, by one integer inversion. Not constant-time.
#[inline(never)]
pub fn invert_nonzero(k: &FpConsts, a: &FpLanes) -> FpLanes {
    let swapped = a.swap();
    let product = a.mul(k, &swapped).to_words(k)[0];
    let inverse = inverse::invert::<BaseField>(&product);
    swapped.mul(k, &FpLanes::from_words(k, &[inverse; 2]))
}

/// Square roots and whether each lane is a square (otherwise the root is meaningless).
pub fn sqrt(k: &FpConsts, a: &FpLanes) -> (FpLanes, [bool; 2]) {
    let root = power(k, a, &SQRT_EXPONENT);
    let ok = root.square(k).equals(k, a);
    (root, ok)
}

/// Whether each lane, as an integer in [0, p), exceeds (p - 1) / 2: the sign of encoded points.
pub fn is_large(k: &FpConsts, a: &FpLanes) -> [bool; 2] {
    const HALF: Words = words::shift_right(&P, 1);
    a.to_words(k).map(|w| words::less(&HALF, &w))
}

//! The scalar field of BLS12-381, two elements at a time.

use crate::constants::{Modulus, ScalarField};
use crate::inverse;
use crate::lanes::Lanes2;
use crate::words::Words;

/// Two elements of the scalar field.
#[cfg(feature = "fma")]
pub type FrLanes = crate::lanes::fma::Fma<ScalarField, 5>;
#[cfg(feature = "wide")]
pub type FrLanes = crate::lanes::wide::Wide<ScalarField, 4>;
#[cfg(not(any(feature = "fma", feature = "wide")))]
pub type FrLanes = crate::lanes::scalar::Scalar<ScalarField, 9>;
/// One stored element.
pub type FrElement = <FrLanes as Lanes2>::Element;
/// Constants of the back end.
pub type FrConsts = <FrLanes as Lanes2>::Consts;

/// Bytes of an encoded element.
pub const BYTES: usize = ScalarField::BYTES;

/// 1 / a where neither lane is zero, by one integer inversion. Not constant-time.
#[inline(never)]
pub fn invert_nonzero(k: &FrConsts, a: &FrLanes) -> FrLanes {
    let swapped = a.swap();
    let product = a.mul(k, &swapped).to_words(k)[0];
    let inverse = inverse::invert::<ScalarField>(&product);
    swapped.mul(k, &FrLanes::from_words(k, &[inverse; 2]))
}

/// a^exponent in both lanes.
pub fn power(k: &FrConsts, a: &FrLanes, exponent: &Words) -> FrLanes {
    let mut result = FrLanes::one(k);
    for bit in (0..256).rev() {
        result = result.square(k);
        if exponent[bit / 64] >> (bit % 64) & 1 == 1 {
            result = result.mul(k, a);
        }
    }
    result
}

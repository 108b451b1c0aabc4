//! The scalar field of BLS12-381, two elements at a time.

use crate::constants::{Modulus, ScalarField};
use crate::lanes::Lanes2;

/// Two elements of the scalar field.
pub type FrLanes = crate::lanes::scalar::Scalar<ScalarField, 9>;
/// One stored element.
pub type FrElement = <FrLanes as Lanes2>::Element;
/// Constants of the back end.
pub type FrConsts = <FrLanes as Lanes2>::Consts;

/// Bytes of an encoded element.
pub const BYTES: usize = ScalarField::BYTES;

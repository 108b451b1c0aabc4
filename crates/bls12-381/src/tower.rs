//! The extension tower Fp2 = Fp[u]/(u^2 + 1), Fp6 = Fp2[v]/(v^3 - xi), Fp12 = Fp6[w]/(w^2 - v) with
//! xi = 1 + u, in which the pairing takes its values.
//!
//! An element of Fp2 is one two-lane vector (c0, c1), so sums, differences and products by base
//! field elements are single lane operations, and both lanes are always full.

pub mod constants;
pub mod fp12;
pub mod fp2;
pub mod fp6;
pub mod linear;

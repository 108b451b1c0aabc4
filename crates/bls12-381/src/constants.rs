//! The numbers that define BLS12-381. Source: draft-irtf-cfrg-pairing-friendly-curves-11, §4.2.1.
//!
//! Limb forms, Montgomery constants and fold tables are derived from these by `const` functions.
//! `tests::*` derives both moduli from the curve parameter.

use crate::words::Words;

/// |t|: the curve parameter is t = -0xd201000000010000.
pub const PARAMETER: u64 = 0xd201_0000_0001_0000;

/// A prime and the size of its canonical byte form.
pub trait Modulus: Copy + 'static {
    const WORDS: Words;
    /// Big-endian bytes of a canonical element.
    const BYTES: usize;
}

/// p = (t - 1)^2 r / 3 + t, 381 bits.
#[derive(Clone, Copy)]
pub struct BaseField;
impl Modulus for BaseField {
    const WORDS: Words = [
        0xb9fe_ffff_ffff_aaab,
        0x1eab_fffe_b153_ffff,
        0x6730_d2a0_f6b0_f624,
        0x6477_4b84_f385_12bf,
        0x4b1b_a7b6_434b_acd7,
        0x1a01_11ea_397f_e69a,
    ];
    const BYTES: usize = 48;
}

/// r = t^4 - t^2 + 1, 255 bits.
#[derive(Clone, Copy)]
pub struct ScalarField;
impl Modulus for ScalarField {
    const WORDS: Words = [
        0xffff_ffff_0000_0001,
        0x53bd_a402_fffe_5bfe,
        0x3339_d808_09a1_d805,
        0x73ed_a753_299d_7d48,
        0,
        0,
    ];
    const BYTES: usize = 32;
}

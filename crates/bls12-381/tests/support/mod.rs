//! Shared by the curve tests: seeded randomness and conversions to and from the `blst` crate.
#![allow(dead_code)]

use bls12_381::curve::Affine;
use bls12_381::fp::{FpConsts, FpLanes};
use bls12_381::g2;
use bls12_381::lanes::Lanes2;
use bls12_381::pairing::Evaluation;
use bls12_381::words::{self, Words};
use blst::*;

/// xorshift64*: fixed seeds, so every failure repeats.
pub struct Random(pub u64);
impl Random {
    pub fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }
    pub fn bytes<const N: usize>(&mut self) -> [u8; N] {
        std::array::from_fn(|_| (self.next() >> 32) as u8)
    }
    /// Below 2^380, hence below p.
    pub fn words(&mut self) -> Words {
        let mut out: Words = std::array::from_fn(|_| self.next());
        out[5] >>= 4;
        out
    }
    pub fn lanes(&mut self, k: &FpConsts) -> FpLanes {
        FpLanes::from_words(k, &[self.words(), self.words()])
    }
    /// A scalar of 32 little-endian bytes, below 2^254.
    pub fn scalar(&mut self) -> [u8; 32] {
        let mut out = self.bytes::<32>();
        out[31] &= 0x3f;
        out
    }
}

pub fn scalar(bytes: &[u8; 32]) -> blst_scalar {
    blst_scalar { b: *bytes }
}

/// generator times scalar
pub fn g1_point(s: &[u8; 32]) -> blst_p1_affine {
    unsafe {
        let mut p = blst_p1::default();
        blst_p1_mult(&mut p, blst_p1_generator(), s.as_ptr(), 255);
        let mut a = blst_p1_affine::default();
        blst_p1_to_affine(&mut a, &p);
        a
    }
}
pub fn g2_point(s: &[u8; 32]) -> blst_p2_affine {
    unsafe {
        let mut p = blst_p2::default();
        blst_p2_mult(&mut p, blst_p2_generator(), s.as_ptr(), 255);
        let mut a = blst_p2_affine::default();
        blst_p2_to_affine(&mut a, &p);
        a
    }
}

fn fp_words(a: &blst_fp) -> Words {
    let mut bytes = [0u8; 48];
    unsafe {
        blst_bendian_from_fp(bytes.as_mut_ptr(), a);
        words::read_big_endian(bytes.as_ptr(), 48)
    }
}
pub fn fp2_of(k: &FpConsts, a: &blst_fp2) -> FpLanes {
    FpLanes::from_words(k, &[fp_words(&a.fp[0]), fp_words(&a.fp[1])])
}
pub fn g2_of(k: &FpConsts, a: &blst_p2_affine) -> Affine {
    Affine { x: fp2_of(k, &a.x), y: fp2_of(k, &a.y) }
}
pub fn g1_of(k: &FpConsts, a: &blst_p1_affine) -> Evaluation {
    let both = |a: &blst_fp| FpLanes::from_words(k, &[fp_words(a); 2]);
    Evaluation { x: both(&a.x), y: both(&a.y) }
}
pub fn compressed(k: &FpConsts, a: Option<&Affine>) -> [u8; 96] {
    let mut out = [0; 96];
    unsafe { g2::compress(k, a, out.as_mut_ptr()) };
    out
}
pub fn blst_compressed(a: &blst_p2_affine) -> [u8; 96] {
    let mut out = [0; 96];
    unsafe { blst_p2_affine_compress(out.as_mut_ptr(), a) };
    out
}
pub fn blst_compressed_point(a: &blst_p2) -> [u8; 96] {
    let mut out = [0; 96];
    unsafe { blst_p2_compress(out.as_mut_ptr(), a) };
    out
}

//! Splitting of scalars for the endomorphism of G1, and their signed digits.
//!
//! psi(x, y) = (beta x, -y) multiplies points of order r by t^2, t the curve parameter. As
//! r = t^4 - t^2 + 1, every k < r is k = k0 + k1 t^2 with k0, k1 < t^2 < 2^128: plain division.
//! Source: R. Gallant, R. Lambert, S. Vanstone, "Faster point multiplication on elliptic curves with
//! efficient endomorphisms", 2001; the eigenvalue from M. Scott, 2021 (see `g1.rs`).

use crate::constants::PARAMETER;
use crate::words::Words;

/// t^2
pub const EIGENVALUE: u128 = PARAMETER as u128 * PARAMETER as u128;

/// floor(2^256 / t^2) - 2^128: the quotient has 129 bits, 2^128 <= 2^256 / t^2 < 2^129.
const RECIPROCAL: u128 = {
    // Long division of 2^256 - 2^128 t^2 = 2^128 (2^128 - t^2) by t^2, bit by bit.
    let mut remainder = EIGENVALUE.wrapping_neg();
    let mut quotient = 0u128;
    let mut i = 0;
    while i < 128 {
        let carry = remainder >> 127 == 1;
        remainder = remainder.wrapping_shl(1);
        quotient <<= 1;
        if carry || remainder >= EIGENVALUE {
            remainder = remainder.wrapping_sub(EIGENVALUE);
            quotient |= 1;
        }
        i += 1;
    }
    quotient
};

/// High half of the product of two 128-bit numbers.
fn multiply_high(a: u128, b: u128) -> u128 {
    let (a0, a1) = (a as u64 as u128, a >> 64);
    let (b0, b1) = (b as u64 as u128, b >> 64);
    let low = a0 * b0;
    let middle = a1 * b0 + (low >> 64);
    let other = a0 * b1 + (middle as u64 as u128);
    a1 * b1 + (middle >> 64) + (other >> 64)
}

/// (k0, k1) with k = k0 + k1 t^2 for k < r.
#[inline(never)]
pub fn split(k: &Words) -> (u128, u128) {
    let low = k[0] as u128 | (k[1] as u128) << 64;
    let high = k[2] as u128 | (k[3] as u128) << 64;
    // Barrett: floor(high (2^128 + RECIPROCAL) / 2^128) is at most 2 below the true quotient.
    let mut quotient = high + multiply_high(high, RECIPROCAL);
    let product_low = quotient.wrapping_mul(EIGENVALUE);
    let product_high = multiply_high(quotient, EIGENVALUE);
    let (mut remainder, borrow) = low.overflowing_sub(product_low);
    let mut overflow = high - product_high - borrow as u128;
    while overflow != 0 || remainder >= EIGENVALUE {
        let (next, borrow) = remainder.overflowing_sub(EIGENVALUE);
        remainder = next;
        overflow -= borrow as u128;
        quotient += 1;
    }
    (remainder, quotient)
}

/// A half scalar prepared for signed digits: k + sum of 2^(w - 1) 2^(w i), so that every digit is
/// found without looking at its neighbours.
#[derive(Clone, Copy)]
#[repr(C)]
pub struct Recoded([u64; 3]);

/// Number of digits of `width` bits for a half scalar.
pub const fn digit_count(width: u32) -> u32 {
    // The topmost digit must not wrap to negative: one bit more than the scalar.
    129u32.div_ceil(width)
}

impl Recoded {
    pub fn new(k: u128, offset: &Recoded) -> Self {
        let low = offset.0[0] as u128 | (offset.0[1] as u128) << 64;
        let (sum, carry) = k.overflowing_add(low);
        Self([sum as u64, (sum >> 64) as u64, offset.0[2] + carry as u64])
    }

    /// The sum of 2^(w - 1) 2^(w i) over all digits. Widths from 2 to 16.
    pub fn offset(width: u32) -> Self {
        let mut words = [0u64; 3];
        for i in 0..digit_count(width) {
            let bit = width * i + width - 1;
            words[(bit / 64) as usize] |= 1 << (bit % 64);
        }
        Self(words)
    }

    /// Digit i, in [-2^(w - 1), 2^(w - 1)).
    #[inline(always)]
    pub fn digit(&self, i: u32, width: u32) -> i32 {
        let bit = i * width;
        let (word, shift) = ((bit / 64) as usize, bit % 64);
        let mut bits = self.0[word] >> shift;
        if shift + width > 64 && word < 2 {
            bits |= self.0[word + 1] << (64 - shift);
        }
        let mask = (1u32 << width) - 1;
        (bits as u32 & mask) as i32 - (1i32 << (width - 1))
    }
}

//! Public keys and signatures from secret keys.
//!
//! The sequence of field operations and of memory addresses does not depend on the key: fixed-length
//! ladders over complete additions, table entries selected by masks, inversion by Fermat. Not
//! guaranteed: that the engine's own code for a multiplication or a conditional subtraction takes the
//! same time for all operands (`scalar` and `wide` select by masks; `fma` has no selections). Not
//! constant: the comparison of the key with r, the hashing of the message, the conversion of the
//! *results* to bytes, which are public. Stack memory used is overwritten before returning.

use super::{add_lanes, multiples, with_image};
use crate::constants::{Modulus, PARAMETER, ScalarField};
use crate::curve::{Affine, Curve, Point};
use crate::fp::{self, FpConsts};
use crate::g1::{self, G1Affine, G1Pair};
use crate::g2::{self, G2};
use crate::hash_to_g2;
use crate::lanes::Lanes2;
use crate::tower::constants::constants;
use crate::tower::fp2;
use crate::words::{self, Words};
use core::mem::MaybeUninit;

/// A secret key in [1, r), from 32 big-endian bytes.
///
/// # Safety
/// 32 bytes readable.
unsafe fn read_secret(bytes: *const u8) -> Option<Words> {
    let secret = unsafe { words::read_big_endian(bytes, 32) };
    // Whether a key is in range is public: others are refused.
    (!words::is_zero(&secret) && words::less(&secret, &ScalarField::WORDS)).then_some(secret)
}

/// The four digits of a scalar in base |t|, by restoring division with masks.
fn digits_in_parameter(scalar: &Words) -> [u64; 4] {
    let mut quotient = [scalar[0], scalar[1], scalar[2], scalar[3]];
    let mut out = [0; 4];
    for digit in &mut out {
        let mut remainder = 0u64;
        for bit in (0..256).rev() {
            let carry = remainder >> 63;
            remainder = remainder << 1 | (quotient[bit / 64] >> (bit % 64) & 1);
            // 65 bits: carry, or not below |t|.
            let (difference, borrow) = remainder.overflowing_sub(PARAMETER);
            let take = carry | (!borrow) as u64;
            remainder ^= (remainder ^ difference) & take.wrapping_neg();
            quotient[bit / 64] = quotient[bit / 64] & !(1 << (bit % 64)) | take << (bit % 64);
        }
        *digit = remainder;
    }
    out
}

/// out = table[index], reading every entry.
#[inline(never)]
unsafe fn select<C: Curve>(out: *mut Point<C>, table: *const Point<C>, count: usize, index: u64) {
    let words = size_of::<Point<C>>() / 8;
    unsafe {
        for w in 0..words {
            *(out as *mut u64).add(w) = 0;
        }
        for i in 0..count {
            let mask =
                (core::hint::black_box(i as u64 ^ index).wrapping_sub(1) >> 63).wrapping_neg();
            let entry = table.add(i) as *const u64;
            for w in 0..words {
                *(out as *mut u64).add(w) |= *entry.add(w) & mask;
            }
        }
    }
}

/// \[secret\]P for P in G2: with base |t| digits k_i and \[-t\] = -psi,
/// k0 P - k1 psi(P) + k2 psi^2(P) - k3 psi^3(P) in one ladder of 64 steps.
#[inline(never)]
unsafe fn multiply_g2(k: &FpConsts, p: &Affine, secret: &Words) -> G2 {
    let digits = digits_in_parameter(secret);
    let base = G2::from_affine(k, p);
    let image = g2::psi(k, &base).negate(k);
    let bases = [base, image, g2::psi_square(k, &base), g2::psi_square(k, &image)];
    let mut table = MaybeUninit::<[G2; 16]>::uninit();
    let table = table.as_mut_ptr() as *mut G2;
    unsafe {
        G2::copy_into(table, &G2::infinity(k));
        for i in 1..16usize {
            let base = &bases[i.trailing_zeros() as usize & 3];
            G2::add_into(k, table.add(i), table.add(i & (i - 1)), base);
        }
    }
    let mut sum = G2::infinity(k);
    let mut entry = sum;
    let (sum, entry) = (&raw mut sum, &raw mut entry);
    for bit in (0..64).rev() {
        let index = (0..4).fold(0, |index, i| index | (digits[i] >> bit & 1) << i);
        unsafe {
            G2::double(k, sum);
            select(entry, table, 16, index);
            G2::add_into(k, sum, sum, entry);
        }
    }
    unsafe { *sum }
}

/// \[secret\] generator of G1, in both lanes: k = a + b t^2, lane 0 computes \[a\]G, lane 1 \[b t^2\]G,
/// 64 steps of two bits.
#[inline(never)]
unsafe fn multiply_generator(k: &FpConsts, secret: &Words) -> G1Pair {
    let d = digits_in_parameter(secret);
    let halves = [[d[0], d[1]], [d[2], d[3]]]
        .map(|[low, high]| high as u128 * PARAMETER as u128 + low as u128);
    let [x, y] = constants().g1;
    let mut table = MaybeUninit::<[G1Pair; 4]>::uninit();
    let table = table.as_mut_ptr() as *mut G1Pair;
    unsafe { multiples(k, &with_image(k, &Affine { x, y }), table, 4) };
    let mut sum = G1Pair::infinity(k);
    let mut entries = [sum; 2];
    let (sum, entries) = (&raw mut sum, &raw mut entries as *mut G1Pair);
    for step in (0..64).rev() {
        unsafe {
            G1Pair::double(k, sum);
            G1Pair::double(k, sum);
            for lane in 0..2 {
                select(entries.add(lane), table, 4, (halves[lane] >> (2 * step)) as u64 & 3);
            }
            G1Pair::mix_into(entries, entries, entries.add(1));
            G1Pair::add_into(k, sum, sum, entries);
        }
    }
    unsafe {
        add_lanes(k, sum);
        *sum
    }
}

/// Writes the compressed public key of a 32-byte big-endian secret key; false if that is not in
/// [1, r).
///
/// # Safety
/// 32 bytes readable, 48 writable.
#[inline(never)]
pub unsafe fn public_key(k: &FpConsts, secret: *const u8, out: *mut u8) -> bool {
    let ok = unsafe { public_key_inner(k, secret, out) };
    wipe_stack();
    ok
}

#[inline(never)]
unsafe fn public_key_inner(k: &FpConsts, secret: *const u8, out: *mut u8) -> bool {
    unsafe {
        let Some(secret) = read_secret(secret) else { return false };
        let point = multiply_generator(k, &secret);
        let inverse = fp::invert_fermat(k, &point.z);
        let affine = Affine { x: point.x.mul(k, &inverse), y: point.y.mul(k, &inverse) };
        let mut stored = MaybeUninit::<G1Affine>::uninit();
        g1::store(&affine, [false; 2], [stored.as_mut_ptr(); 2]);
        g1::compress(k, stored.as_ptr(), 1, out);
    }
    true
}

/// Writes the compressed signature \[secret\]H(message); false if the secret key is not in [1, r).
///
/// # Safety
/// 32 bytes readable, 96 writable.
#[inline(never)]
pub unsafe fn sign(
    k: &FpConsts,
    secret: *const u8,
    message: &[u8],
    tag: &[u8],
    out: *mut u8,
) -> bool {
    let ok = unsafe { sign_inner(k, secret, message, tag, out) };
    wipe_stack();
    ok
}

#[inline(never)]
unsafe fn sign_inner(
    k: &FpConsts,
    secret: *const u8,
    message: &[u8],
    tag: &[u8],
    out: *mut u8,
) -> bool {
    unsafe {
        let Some(secret) = read_secret(secret) else { return false };
        let hashed = g2::to_affine(k, &hash_to_g2::hash_to_g2(k, message, tag));
        // Infinity has no preimage anyone knows; its multiple is itself.
        let Some(hashed) = hashed else {
            g2::compress(k, None, out);
            return true;
        };
        let point = multiply_g2(k, &hashed, &secret);
        let inverse = fp2::invert_fermat(k, &point.z);
        let affine =
            Affine { x: fp2::mul(k, &point.x, &inverse), y: fp2::mul(k, &point.y, &inverse) };
        g2::compress(k, Some(&affine), out);
    }
    true
}

/// Bytes of stack overwritten after a secret was used: more than the deepest call above needs
/// (`harness/bls.ts` searches the memory for what is left).
pub const WIPED_STACK: usize = 32 * 1024;

/// Overwrites the stack below the caller.
#[inline(never)]
pub fn wipe_stack() {
    let mut area = MaybeUninit::<[u64; WIPED_STACK / 8]>::uninit();
    unsafe { wipe(area.as_mut_ptr() as *mut u8, WIPED_STACK) };
    core::hint::black_box(&area);
}

/// Overwrites memory with zeros; not removed by the optimiser.
///
/// # Safety
/// Writable.
pub unsafe fn wipe(bytes: *mut u8, count: usize) {
    for i in 0..count {
        unsafe { core::ptr::write_volatile(bytes.add(i), 0) };
    }
}

//! Integers of up to 384 bits as six little-endian 64-bit words, for constants and conversions.
//!
//! Everything is `const`, so that the tables of the field back ends are derived from the modulus by
//! the compiler instead of being pasted. Nothing here is fast or constant-time.

/// A non-negative integer below 2^384, least significant word first.
pub type Words = [u64; 6];

pub const ZERO: Words = [0; 6];

/// a < b
pub const fn less(a: &Words, b: &Words) -> bool {
    let mut i = 6;
    while i > 0 {
        i -= 1;
        if a[i] != b[i] {
            return a[i] < b[i];
        }
    }
    false
}

pub const fn is_zero(a: &Words) -> bool {
    (a[0] | a[1] | a[2] | a[3] | a[4] | a[5]) == 0
}

/// a + b mod 2^384
pub const fn add(a: &Words, b: &Words) -> Words {
    let mut out = ZERO;
    let mut carry = 0u128;
    let mut i = 0;
    while i < 6 {
        carry += a[i] as u128 + b[i] as u128;
        out[i] = carry as u64;
        carry >>= 64;
        i += 1;
    }
    out
}

/// a - b mod 2^384
pub const fn subtract(a: &Words, b: &Words) -> Words {
    let mut out = ZERO;
    let mut borrow = false;
    let mut i = 0;
    while i < 6 {
        let (t, under) = a[i].overflowing_sub(b[i]);
        let (t, under_again) = t.overflowing_sub(borrow as u64);
        out[i] = t;
        borrow = under | under_again;
        i += 1;
    }
    out
}

/// a << bits mod 2^384, bits < 64
pub const fn shift_left(a: &Words, bits: u32) -> Words {
    let mut out = ZERO;
    let mut i = 0;
    while i < 6 {
        out[i] = a[i] << bits;
        if i > 0 && bits > 0 {
            out[i] |= a[i - 1] >> (64 - bits);
        }
        i += 1;
    }
    out
}

/// a >> bits, any count of bits
pub const fn shift_right(a: &Words, bits: u32) -> Words {
    let (skip, bits) = ((bits / 64) as usize, bits % 64);
    let mut out = ZERO;
    let mut i = 0;
    while i + skip < 6 {
        out[i] = a[i + skip] >> bits;
        if i + skip < 5 && bits > 0 {
            out[i] |= a[i + skip + 1] << (64 - bits);
        }
        i += 1;
    }
    out
}

/// 2^exponent mod p for any (also negative) exponent; p odd, below 2^383.
pub const fn power_of_two(exponent: i32, p: &Words) -> Words {
    let mut x = ZERO;
    x[0] = 1;
    let mut i = 0;
    while i < exponent {
        x = shift_left(&x, 1);
        if !less(&x, p) {
            x = subtract(&x, p);
        }
        i += 1;
    }
    while i > exponent {
        if x[0] & 1 == 1 {
            x = add(&x, p);
        }
        x = shift_right(&x, 1);
        i -= 1;
    }
    x
}

/// -1 / p mod 2^64 for odd p (Newton iteration; each step doubles the correct bits).
pub const fn negative_inverse(p: &Words) -> u64 {
    let mut x = 1u64;
    let mut i = 0;
    while i < 6 {
        x = x.wrapping_mul(2u64.wrapping_sub(p[0].wrapping_mul(x)));
        i += 1;
    }
    x.wrapping_neg()
}

/// Splits into N limbs of `bits` bits (at most 63), least significant first; the last takes the rest.
pub const fn split<const N: usize>(a: &Words, bits: u32) -> [u64; N] {
    let mut out = [0; N];
    let mut i = 0;
    while i < N {
        let word = shift_right(a, bits * i as u32)[0];
        out[i] = if i + 1 < N { word & ((1 << bits) - 1) } else { word };
        i += 1;
    }
    out
}

/// Inverse of [`split`] for limbs that are already below 2^bits.
pub const fn join<const N: usize>(limbs: &[u64; N], bits: u32) -> Words {
    let mut out = ZERO;
    let mut i = 0;
    while i < N {
        let (word, shift) = ((bits * i as u32 / 64) as usize, bits * i as u32 % 64);
        if word < 6 {
            out[word] |= limbs[i] << shift;
            if word < 5 && shift > 0 {
                out[word + 1] |= limbs[i] >> (64 - shift);
            }
        }
        i += 1;
    }
    out
}

/// Reads a big-endian integer of at most 48 bytes.
///
/// # Safety
/// `bytes` must be readable for `count` bytes.
#[inline(never)]
pub unsafe fn read_big_endian(bytes: *const u8, count: usize) -> Words {
    let mut out = ZERO;
    for i in 0..count {
        let byte = unsafe { *bytes.add(count - 1 - i) };
        out[i / 8] |= (byte as u64) << (8 * (i % 8));
    }
    out
}

/// Writes the low `count` bytes, big-endian.
///
/// # Safety
/// `bytes` must be writable for `count` bytes.
#[inline(never)]
pub unsafe fn write_big_endian(a: &Words, bytes: *mut u8, count: usize) {
    for i in 0..count {
        unsafe { *bytes.add(count - 1 - i) = (a[i / 8] >> (8 * (i % 8))) as u8 };
    }
}

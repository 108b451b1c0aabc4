//! Arrays of scalar field elements: from and to bytes, inverses, sums of products.
//!
//! In memory two neighbouring elements share a vector; an array of odd length ends with a zero. Bytes
//! are 32 big-endian per element and must be canonical.

use crate::constants::{Modulus, ScalarField};
use crate::fr::{self, FrConsts, FrLanes};
use crate::lanes::Lanes2;
use crate::words::{self, Words};

/// Bytes of an encoded element.
pub const BYTES: usize = fr::BYTES;

/// Vectors that hold `count` elements.
pub const fn vectors(count: usize) -> usize {
    count.div_ceil(2)
}

/// An encoded element as an integer, not checked.
///
/// # Safety
/// 32 bytes readable.
#[inline(never)]
pub unsafe fn read_words(bytes: *const u8) -> Words {
    let word =
        |i: usize| unsafe { u64::from_be((bytes as *const u64).add(3 - i).read_unaligned()) };
    [word(0), word(1), word(2), word(3), 0, 0]
}

/// # Safety
/// 32 bytes writable.
#[inline(never)]
pub unsafe fn write_words(a: &Words, bytes: *mut u8) {
    for i in 0..4 {
        unsafe { (bytes as *mut u64).add(3 - i).write_unaligned(a[i].to_be()) };
    }
}

#[inline(always)]
pub fn is_canonical(a: &Words) -> bool {
    words::less(a, &ScalarField::WORDS)
}

/// Index of the first element of r or more.
///
/// # Safety
/// 32 `count` bytes readable.
#[inline(never)]
pub unsafe fn find_not_canonical(bytes: *const u8, count: usize) -> Option<usize> {
    // Only elements that begin like r are compared in full.
    let top = ScalarField::WORDS[3];
    let may_exceed =
        |i: &usize| u64::from_be(unsafe { (bytes as *const u64).add(4 * i).read_unaligned() }) >= top;
    (0..count)
        .filter(may_exceed)
        .find(|i| !is_canonical(&unsafe { read_words(bytes.add(BYTES * i)) }))
}

/// Elements 2 i and 2 i + 1 of canonical bytes, times s if `factor` is the conversion times s; beyond
/// `count` elements are zero.
///
/// # Safety
/// 32 `count` bytes readable.
#[inline(never)]
pub unsafe fn read_two(
    k: &FrConsts,
    bytes: *const u8,
    count: usize,
    i: usize,
    factor: &FrLanes,
) -> FrLanes {
    let at = |j: usize| {
        if j < count { unsafe { read_words(bytes.add(BYTES * j)) } } else { words::ZERO }
    };
    if 2 * i + 1 < count {
        return unsafe { FrLanes::from_bytes_times(k, bytes.add(2 * BYTES * i), factor) };
    }
    FrLanes::from_words_times(k, &[at(2 * i), at(2 * i + 1)], factor)
}

/// Reads `count` canonical elements, times s if `factor` is the conversion times s.
///
/// # Safety
/// 32 `count` bytes readable, the vectors writable.
#[inline(never)]
pub unsafe fn read(
    k: &FrConsts,
    bytes: *const u8,
    count: usize,
    factor: &FrLanes,
    out: *mut FrLanes,
) {
    for i in 0..vectors(count) {
        unsafe { *out.add(i) = read_two(k, bytes, count, i, factor) };
    }
}

/// Writes `count` elements as they stand: what was read without the conversion, and then only added and
/// multiplied by values in Montgomery form.
///
/// # Safety
/// The vectors readable, 32 `count` bytes writable.
#[inline(never)]
pub unsafe fn write_plain(k: &FrConsts, data: *const FrLanes, count: usize, bytes: *mut u8) {
    for i in 0..count / 2 {
        unsafe { (*data.add(i)).write_residues(k, bytes.add(2 * BYTES * i)) };
    }
    if count % 2 == 1 {
        let last = unsafe { (*data.add(count / 2)).residues(k) };
        unsafe { write_words(&last[0], bytes.add(BYTES * (count - 1))) };
    }
}

/// Writes `count` elements.
///
/// # Safety
/// The vectors readable, 32 `count` bytes writable.
#[inline(never)]
pub unsafe fn write(k: &FrConsts, data: *const FrLanes, count: usize, bytes: *mut u8) {
    for i in 0..vectors(count) {
        unsafe {
            let [a, b] = (*data.add(i)).to_words(k);
            write_words(&a, bytes.add(2 * BYTES * i));
            if 2 * i + 1 < count {
                write_words(&b, bytes.add(2 * BYTES * i + BYTES));
            }
        }
    }
}

/// One element in both lanes; not checked.
///
/// # Safety
/// 32 bytes readable.
#[inline(never)]
pub unsafe fn read_one(k: &FrConsts, bytes: *const u8) -> FrLanes {
    FrLanes::from_words(k, &[unsafe { read_words(bytes) }; 2])
}

/// Lane 0 as bytes.
///
/// # Safety
/// 32 bytes writable.
#[inline(never)]
pub unsafe fn write_one(k: &FrConsts, a: &FrLanes, bytes: *mut u8) {
    unsafe { write_words(&a.to_words(k)[0], bytes) }
}

/// The sum of both lanes, in both lanes.
#[inline(never)]
pub fn fold(k: &FrConsts, a: &FrLanes) -> FrLanes {
    a.plus(k, &a.swap())
}

/// Inverts `count` vectors with one inversion; returns false, leaving them unspecified, if a lane is
/// zero. `scratch` holds as many vectors.
///
/// # Safety
/// Both valid for `count` vectors.
pub unsafe fn invert(
    k: &FrConsts,
    data: *mut FrLanes,
    count: usize,
    scratch: *mut FrLanes,
) -> bool {
    unsafe {
        let mut product = FrLanes::one(k);
        for i in 0..count {
            FrLanes::copy_into(scratch.add(i), &product);
            product = product.mul(k, &*data.add(i));
        }
        if product.is_zero(k) != [false; 2] {
            return false;
        }
        let mut inverse = fr::invert_nonzero(k, &product);
        for i in (0..count).rev() {
            let value = *data.add(i);
            *data.add(i) = inverse.mul(k, &*scratch.add(i));
            inverse = inverse.mul(k, &value);
        }
        true
    }
}

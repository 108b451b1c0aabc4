//! Exported functions for signatures and for pairings with fixed points.
//!
//! Pointers are addresses in linear memory that the caller owns; nothing is kept between calls.
//! Bytes have no alignment; stored keys (`bls_key_size` bytes each), stored points of G2
//! (`bls_point_size`) and line tables (`pairing_table_size`) lie at multiples of 16. Stored forms
//! belong to the back end of this module and must not be exchanged with another. Functions that
//! answer a question return 1 or 0. Status bytes are those of [`crate::g1::Status`]: 0 finite point,
//! 1 infinity, 2 flag bits, 3 not below p, 4 not on the curve, 5 not in the subgroup.

use crate::bls::{self, StoredG2, batch, secret};
use crate::fp::FpLanes;
use crate::g1::{self, G1Affine, Status};
use crate::g2;
use crate::lanes::Lanes2;
use crate::pairing::{self, FixedPair, LineTable};

unsafe fn slice<'a>(bytes: *const u8, count: usize) -> &'a [u8] {
    if count == 0 { &[] } else { unsafe { core::slice::from_raw_parts(bytes, count) } }
}

/// Bytes of a stored public key (a point of G1).
#[unsafe(no_mangle)]
pub extern "C" fn bls_key_size() -> usize {
    size_of::<G1Affine>()
}

/// Bytes of a stored point of G2 (a signature or a hashed message).
#[unsafe(no_mangle)]
pub extern "C" fn bls_point_size() -> usize {
    size_of::<StoredG2>()
}

/// Decodes `count` compressed public keys (48 bytes each) with all checks; 1 if all are valid keys
/// (finite, in the subgroup). Writes a status byte for each.
///
/// # Safety
/// See the module comment.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bls_decode_keys(
    bytes: *const u8,
    count: usize,
    keys: *mut G1Affine,
    statuses: *mut u8,
) -> u32 {
    unsafe {
        g1::decompress(FpLanes::consts(), bytes, count, true, keys, statuses);
        (0..count).all(|i| *statuses.add(i) == Status::Finite as u8) as u32
    }
}

/// Decodes `count` compressed signatures (96 bytes each) with all checks; 1 if all are finite points
/// of the subgroup. Writes a status byte for each.
///
/// # Safety
/// See the module comment.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bls_decode_signatures(
    bytes: *const u8,
    count: usize,
    points: *mut StoredG2,
    statuses: *mut u8,
) -> u32 {
    unsafe { bls::decode_signatures(FpLanes::consts(), bytes, count, points, statuses) as u32 }
}

/// Writes the 48-byte forms of stored keys.
///
/// # Safety
/// See the module comment.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bls_encode_keys(keys: *const G1Affine, count: usize, bytes: *mut u8) {
    unsafe { g1::compress(FpLanes::consts(), keys, count, bytes) }
}

/// Writes the 96-byte form of a stored point of G2.
///
/// # Safety
/// See the module comment.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bls_encode_point(point: *const StoredG2, bytes: *mut u8) {
    unsafe {
        let finite = if bls::is_infinity(point) { None } else { Some(&*point) };
        g2::compress(FpLanes::consts(), finite, bytes);
    }
}

/// Hashes a message to a stored point of G2 (RFC 9380, BLS12381G2_XMD:SHA-256_SSWU_RO_) under any
/// domain separation tag.
///
/// # Safety
/// See the module comment.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bls_hash(
    message: *const u8,
    message_bytes: usize,
    tag: *const u8,
    tag_bytes: usize,
    out: *mut StoredG2,
) {
    unsafe {
        bls::hash(FpLanes::consts(), slice(message, message_bytes), slice(tag, tag_bytes), out)
    }
}

/// 1 if the product of e(key_i, hash_i) equals e(generator, signature): `count` = 1 is one signature,
/// more an aggregate over distinct messages. 0 if any point is infinity or `count` is 0.
///
/// # Safety
/// See the module comment.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bls_verify(
    keys: *const G1Affine,
    hashes: *const StoredG2,
    count: usize,
    signature: *const StoredG2,
) -> u32 {
    unsafe { bls::verify(FpLanes::consts(), keys, hashes, count, signature) as u32 }
}

/// 1 if every signature is right, by one random linear combination; `weights` are `count` times 16
/// bytes drawn uniformly by the caller after the batch is fixed. Entry i is for `hashes[groups[i]]`,
/// ascending (one pairing per group), or for `hashes[i]` if `groups` is 0. 0 if any point is infinity.
///
/// # Safety
/// See the module comment.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bls_verify_batch(
    keys: *const G1Affine,
    hashes: *const StoredG2,
    groups: *const u32,
    signatures: *const StoredG2,
    weights: *const u8,
    count: usize,
) -> u32 {
    unsafe {
        batch::verify_batch(FpLanes::consts(), keys, hashes, groups, signatures, weights, count)
            as u32
    }
}

/// Sum of stored keys, `keys[0..count]`, or `keys[indices[i]]` if `indices` is not 0. 1 if the sum is
/// finite.
///
/// # Safety
/// See the module comment.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bls_aggregate_keys(
    keys: *const G1Affine,
    indices: *const u32,
    count: usize,
    out: *mut G1Affine,
) -> u32 {
    unsafe {
        bls::aggregate_keys(FpLanes::consts(), keys, indices, count, out);
        !G1Affine::is_infinity(out) as u32
    }
}

/// Sum of stored signatures. 1 if it is finite.
///
/// # Safety
/// See the module comment.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bls_aggregate_signatures(
    points: *const StoredG2,
    count: usize,
    out: *mut StoredG2,
) -> u32 {
    unsafe {
        bls::aggregate_signatures(FpLanes::consts(), points, count, out);
        !bls::is_infinity(out) as u32
    }
}

/// Writes the 48-byte public key of a 32-byte big-endian secret key and overwrites the latter. 0 if
/// it is not in [1, r).
///
/// # Safety
/// See the module comment.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bls_public_key(key: *mut u8, out: *mut u8) -> u32 {
    unsafe {
        let ok = secret::public_key(FpLanes::consts(), key, out);
        secret::wipe(key, 32);
        ok as u32
    }
}

/// Signs a message and overwrites the 32-byte big-endian secret key; 96 bytes at `out`. 0 if the key
/// is not in [1, r).
///
/// # Safety
/// See the module comment.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bls_sign(
    key: *mut u8,
    message: *const u8,
    message_bytes: usize,
    tag: *const u8,
    tag_bytes: usize,
    out: *mut u8,
) -> u32 {
    unsafe {
        let ok = secret::sign(
            FpLanes::consts(),
            key,
            slice(message, message_bytes),
            slice(tag, tag_bytes),
            out,
        );
        secret::wipe(key, 32);
        ok as u32
    }
}

/// Bytes of the line table of a fixed point of G2.
#[unsafe(no_mangle)]
pub extern "C" fn pairing_table_size() -> usize {
    size_of::<LineTable>()
}

/// Computes the line table of a point of G2 given as 96 bytes compressed or, if `uncompressed` is
/// not 0, as 192 bytes x.c1 x.c0 y.c1 y.c0. `check_subgroup` 0 leaves out the order test (for bytes
/// whose hash is known). Returns a status; the table is written for 0 only.
///
/// # Safety
/// See the module comment.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pairing_prepare(
    bytes: *const u8,
    uncompressed: u32,
    check_subgroup: u32,
    table: *mut LineTable,
) -> u32 {
    unsafe {
        let k = FpLanes::consts();
        let decoded = if uncompressed != 0 {
            g2::read_uncompressed(k, bytes)
        } else {
            g2::decompress(k, bytes)
        };
        let status = match decoded {
            Err(error) => bls::status_of(error),
            Ok(None) => Status::Infinity,
            Ok(Some(q)) if check_subgroup != 0 && !g2::is_in_subgroup(k, &q) => {
                Status::NotInSubgroup
            }
            Ok(Some(q)) => {
                pairing::prepare(k, &q, table);
                Status::Finite
            }
        };
        status as u32
    }
}

/// 1 if e(p1, Q1) e(p2, Q2) = 1 for stored points p1, p2 of G1 (infinity allowed) and line tables of
/// Q1, Q2.
///
/// # Safety
/// See the module comment.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pairing_check(
    p1: *const G1Affine,
    table1: *const LineTable,
    p2: *const G1Affine,
    table2: *const LineTable,
) -> u32 {
    unsafe { check(p1, table1, p2, table2) as u32 }
}

/// The same for callers inside the module.
///
/// # Safety
/// See the module comment.
pub unsafe fn check(
    p1: *const G1Affine,
    table1: *const LineTable,
    p2: *const G1Affine,
    table2: *const LineTable,
) -> bool {
    unsafe {
        let k = FpLanes::consts();
        let zero = FpLanes::zero(k);
        let placeholder =
            FixedPair { p: pairing::Evaluation { x: zero, y: zero }, lines: core::ptr::null() };
        let mut pairs = [placeholder; 2];
        let mut count = 0;
        for (p, lines) in [(p1, table1), (p2, table2)] {
            if let Some(p) = bls::evaluation(p) {
                pairs[count] = FixedPair { p, lines };
                count += 1;
            }
        }
        // e(P, Q) = 1 for infinity only, if one is left.
        count == 0 || pairing::product_is_one(k, &pairs[..count], &mut [])
    }
}

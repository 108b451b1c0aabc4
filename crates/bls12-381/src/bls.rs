//! BLS signatures with keys in G1 and signatures in G2: draft-irtf-cfrg-bls-signature-05, minimal
//! public key size. Hashing, policy on distinct messages and key derivation stay with the caller.
//!
//! Everything here and in [`batch`] is public and not constant-time; secret keys are seen by
//! [`secret`] only.

pub mod batch;
pub mod secret;

use crate::curve::Affine;
use crate::fp::{FpConsts, FpLanes};
use crate::g1::{self, G1Affine, G1Pair, Status};
use crate::g2::{self, DecodeError, G2};
use crate::hash_to_g2;
use crate::lanes::Lanes2;
use crate::pairing::{self, Evaluation, VariablePair};
use crate::tower::constants::constants;
use crate::tower::fp12::Fp12;
use core::mem::MaybeUninit;

/// Pairs per Miller loop; more run in several loops.
const PAIRS: usize = 32;

/// A stored point of G2; infinity is all bits zero.
pub type StoredG2 = Affine;

/// # Safety
/// Readable.
pub unsafe fn is_infinity(point: *const StoredG2) -> bool {
    let words = point as *const u64;
    (0..size_of::<StoredG2>() / 8).all(|i| unsafe { *words.add(i) } == 0)
}

/// # Safety
/// Writable.
pub unsafe fn store(k: &FpConsts, point: Option<&Affine>, out: *mut StoredG2) {
    let zero = FpLanes::zero(k);
    let (x, y) = point.map_or((&zero, &zero), |p| (&p.x, &p.y));
    unsafe {
        FpLanes::copy_into(&raw mut (*out).x, x);
        FpLanes::copy_into(&raw mut (*out).y, y);
    }
}

pub fn status_of(error: DecodeError) -> Status {
    match error {
        DecodeError::Flags => Status::Flags,
        DecodeError::NotCanonical => Status::NotCanonical,
        DecodeError::NotOnCurve => Status::NotOnCurve,
    }
}

/// Decodes `count` compressed points of G2 with all checks, writes a [`Status`] byte for each and
/// returns whether all are finite points. Others become infinity.
///
/// # Safety
/// 96 bytes readable, a point and a byte writable, for each.
pub unsafe fn decode_signatures(
    k: &FpConsts,
    bytes: *const u8,
    count: usize,
    points: *mut StoredG2,
    statuses: *mut u8,
) -> bool {
    let mut all = true;
    for first in (0..count).step_by(2) {
        let index = [first, (first + 1).min(count - 1)];
        let decoded =
            unsafe { g2::decompress_two(k, index.map(|i| bytes.add(g2::COMPRESSED * i))) };
        for lane in 0..index[1] - first + 1 {
            let mut point = None;
            let status = match decoded[lane] {
                Err(error) => status_of(error),
                Ok(None) => Status::Infinity,
                Ok(Some(p)) if !g2::is_in_subgroup(k, &p) => Status::NotInSubgroup,
                Ok(Some(p)) => {
                    point = Some(p);
                    Status::Finite
                }
            };
            unsafe {
                store(k, point.as_ref(), points.add(index[lane]));
                *statuses.add(index[lane]) = status as u8;
            }
            all &= status == Status::Finite;
        }
    }
    all
}

/// Hashes a message to a stored point of G2.
///
/// # Safety
/// `out` writable.
pub unsafe fn hash(k: &FpConsts, message: &[u8], tag: &[u8], out: *mut StoredG2) {
    let point = g2::to_affine(k, &hash_to_g2::hash_to_g2(k, message, tag));
    unsafe { store(k, point.as_ref(), out) }
}

/// A point of G1 for the pairing, `None` for infinity.
///
/// # Safety
/// Readable.
pub unsafe fn evaluation(p: *const G1Affine) -> Option<Evaluation> {
    unsafe {
        if G1Affine::is_infinity(p) {
            return None;
        }
        let Affine { x, y } = g1::load(p, p);
        Some(Evaluation { x, y })
    }
}

/// A growing product of Miller functions.
struct Product {
    value: Fp12,
    pairs: [MaybeUninit<VariablePair>; PAIRS],
    waiting: usize,
}

impl Product {
    fn new(k: &FpConsts) -> Self {
        Self { value: Fp12::one(k), pairs: [const { MaybeUninit::uninit() }; PAIRS], waiting: 0 }
    }

    #[inline(never)]
    fn push(&mut self, k: &FpConsts, p: &Evaluation, q: &Affine) {
        self.pairs[self.waiting].write(VariablePair::new(k, p, q));
        self.waiting += 1;
        if self.waiting == PAIRS {
            self.run(k);
        }
    }

    #[inline(never)]
    fn run(&mut self, k: &FpConsts) {
        if self.waiting == 0 {
            return;
        }
        let mut loops = MaybeUninit::<Fp12>::uninit();
        unsafe {
            let pairs = core::slice::from_raw_parts_mut(
                self.pairs.as_mut_ptr() as *mut VariablePair,
                self.waiting,
            );
            pairing::miller_loop(k, loops.as_mut_ptr(), &[], pairs);
            let value = &raw mut self.value;
            Fp12::mul_into(k, value, value, loops.as_ptr());
        }
        self.waiting = 0;
    }

    #[inline(never)]
    fn is_one(&mut self, k: &FpConsts) -> bool {
        self.run(k);
        unsafe {
            pairing::final_exponentiation(k, &raw mut self.value);
            self.value.is_one(k)
        }
    }
}

fn negative_generator(k: &FpConsts) -> Evaluation {
    let [x, y] = &constants().g1;
    Evaluation { x: *x, y: y.neg(k) }
}

/// Whether the product of e(key_i, hash_i) equals e(generator, signature), for points already
/// decoded with all checks. False if any is infinity or `count` is 0.
///
/// # Safety
/// `count` keys and hashes and one signature readable.
#[inline(never)]
pub unsafe fn verify(
    k: &FpConsts,
    keys: *const G1Affine,
    hashes: *const StoredG2,
    count: usize,
    signature: *const StoredG2,
) -> bool {
    unsafe {
        if count == 0 || is_infinity(signature) {
            return false;
        }
        let mut product = Product::new(k);
        for i in 0..count {
            let hash = hashes.add(i);
            match evaluation(keys.add(i)) {
                Some(key) if !is_infinity(hash) => product.push(k, &key, &*hash),
                _ => return false,
            }
        }
        product.push(k, &negative_generator(k), &*signature);
        product.is_one(k)
    }
}

/// The sum of the keys (all finite), possibly infinity; with `indices` those of `keys[indices[i]]`.
///
/// # Safety
/// All readable, `out` writable.
pub unsafe fn aggregate_keys(
    k: &FpConsts,
    keys: *const G1Affine,
    indices: *const u32,
    count: usize,
    out: *mut G1Affine,
) {
    let key = |i: usize| unsafe {
        keys.add(if indices.is_null() { i } else { *indices.add(i) as usize })
    };
    let mut sum = G1Pair::infinity(k);
    let sum = &raw mut sum;
    unsafe {
        for i in 0..count / 2 {
            G1Pair::add_affine_into(k, sum, sum, &g1::load(key(2 * i), key(2 * i + 1)));
        }
        if count % 2 == 1 {
            let last = g1::load(key(count - 1), key(count - 1));
            let mut last = G1Pair::from_affine(k, &last);
            let last = &raw mut last;
            G1Pair::mix_into(last, last, &G1Pair::infinity(k));
            G1Pair::add_into(k, sum, sum, last);
        }
        add_lanes(k, sum);
        let (point, infinity) = g1::to_affine(k, &*sum);
        g1::store(&point, infinity, [out, out]);
    }
}

/// Both lanes become the sum of the lanes.
#[inline(never)]
unsafe fn add_lanes(k: &FpConsts, p: *mut G1Pair) {
    let mut swapped = MaybeUninit::<G1Pair>::uninit();
    unsafe {
        G1Pair::swap_into(swapped.as_mut_ptr(), p);
        G1Pair::add_into(k, p, p, swapped.as_ptr());
    }
}

/// (x, y) in lane 0 and (beta x, -y) = \[t^2\](x, y) in lane 1.
#[inline(never)]
fn with_image(k: &FpConsts, p: &Affine) -> Affine {
    Affine { x: p.x.mix(&p.x.mul(k, &g1::beta(k))), y: p.y.negate_if(k, [0, 1]) }
}

/// table[i] = \[i\]p for i < count.
#[inline(never)]
unsafe fn multiples(k: &FpConsts, p: &Affine, table: *mut G1Pair, count: usize) {
    unsafe {
        G1Pair::copy_into(table, &G1Pair::infinity(k));
        for i in 1..count {
            G1Pair::add_affine_into(k, table.add(i), table.add(i - 1), p);
        }
    }
}

/// The sum of stored points of G2 (all finite), possibly infinity.
///
/// # Safety
/// `count` points readable, `out` writable.
pub unsafe fn aggregate_signatures(
    k: &FpConsts,
    points: *const StoredG2,
    count: usize,
    out: *mut StoredG2,
) {
    let mut sum = G2::infinity(k);
    let sum = &raw mut sum;
    unsafe {
        for i in 0..count {
            G2::add_affine_into(k, sum, sum, points.add(i));
        }
        store(k, g2::to_affine(k, &*sum).as_ref(), out);
    }
}

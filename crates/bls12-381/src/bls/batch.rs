//! Many signatures verified by one random linear combination.
//!
//! Weights are w = w0 + w1 t^2 with halves of 64 bits: t^2 is the endomorphism of G1 and psi^2 on G2,
//! so both sides cost ladders of 64 bits for 128 bits of randomness. Not constant-time.

use super::{Product, StoredG2, add_lanes, is_infinity, multiples, negative_generator, with_image};
use crate::curve::Affine;
use crate::fp::FpConsts;
use crate::g1::{self, G1Affine, G1Pair};
use crate::g2::{self, G2};
use crate::lanes::Lanes2;
use crate::pairing::Evaluation;
use crate::tower::constants::constants;
use core::mem::MaybeUninit;

/// Bytes of a weight of [`verify_batch`].
pub const WEIGHT: usize = 16;

/// Two halves of a weight: w = w0 + w1 t^2 with w0 odd, so that no weight is zero. Distinct halves
/// give distinct weights below r.
unsafe fn read_weight(bytes: *const u8) -> [u64; 2] {
    let word =
        |at: usize| (0..8).fold(0, |w, i| w | (unsafe { *bytes.add(at + i) } as u64) << (8 * i));
    [word(0) | 1, word(8)]
}

/// Digit i of `width` bits of w, signed: in [-2^(width - 1), 2^(width - 1)]; the carry of digit i - 1
/// comes in, that of digit i goes out.
fn signed_digit(w: u64, i: u32, width: u32, carry: &mut u64) -> i32 {
    let bits = if i * width < 64 { w >> (i * width) & ((1 << width) - 1) } else { 0 };
    let value = bits + *carry;
    *carry = (value > 1 << (width - 1)) as u64;
    value as i32 - ((*carry as i32) << width)
}

/// \[w0\]P + \[w1 t^2\]P in both lanes: the two products side by side, windows of four bits.
#[inline(never)]
unsafe fn weigh_key(k: &FpConsts, key: *const G1Affine, weight: [u64; 2]) -> G1Pair {
    const WIDTH: u32 = 4;
    const DIGITS: usize = 17;
    let p = with_image(k, &unsafe { g1::load(key, key) });
    let mut table = MaybeUninit::<[G1Pair; 9]>::uninit();
    let table = table.as_mut_ptr() as *mut G1Pair;
    unsafe { multiples(k, &p, table, 9) };
    let mut digits = [[0i32; DIGITS]; 2];
    for lane in 0..2 {
        let mut carry = 0;
        for i in 0..DIGITS {
            digits[lane][i] = signed_digit(weight[lane], i as u32, WIDTH, &mut carry);
        }
    }
    let mut sum = G1Pair::infinity(k);
    let mut term = sum;
    let (sum, term) = (&raw mut sum, &raw mut term);
    for i in (0..DIGITS).rev() {
        unsafe {
            if i + 1 < DIGITS {
                for _ in 0..WIDTH {
                    G1Pair::double(k, sum);
                }
            }
            let digit = [digits[0][i], digits[1][i]];
            let [a, b] = digit.map(|d| table.add(d.unsigned_abs() as usize));
            G1Pair::mix_into(term, a, b);
            (*term).y = (*term).y.negate_if(k, digit.map(|d| (d < 0) as u32));
            G1Pair::add_into(k, sum, sum, term);
        }
    }
    unsafe {
        add_lanes(k, sum);
        *sum
    }
}

/// Points of the largest set of buckets: 13 digits of 5 bits, 16 buckets each.
const MAX_BUCKETS: usize = 13 * 16;

/// The width of digits with the fewest additions for `count` weighted points.
fn best_width(count: usize) -> u32 {
    let cost = |width: u32| {
        let digits = 65usize.div_ceil(width as usize);
        digits * (2 * count * ((1 << width) - 1) / (1 << width) + (1 << width))
    };
    (2..=5).min_by_key(|w| cost(*w)).unwrap_or(5)
}

/// The sum of \[w_i\] S_i over stored points of G2, all finite, by buckets.
#[inline(never)]
unsafe fn weigh_signatures(
    k: &FpConsts,
    points: *const StoredG2,
    weights: *const u8,
    count: usize,
) -> G2 {
    let width = best_width(count);
    let (digits, buckets) = (65usize.div_ceil(width as usize), 1usize << (width - 1));
    let mut storage = MaybeUninit::<[G2; MAX_BUCKETS]>::uninit();
    let table = storage.as_mut_ptr() as *mut G2;
    let infinity = G2::infinity(k);
    unsafe {
        for i in 0..digits * buckets {
            G2::copy_into(table.add(i), &infinity);
        }
        for i in 0..count {
            let weight = read_weight(weights.add(WEIGHT * i));
            let point = &*points.add(i);
            // psi^2 multiplies by t^2 and keeps points affine.
            let c = &constants().psi_square_x;
            let other = Affine { x: point.x.mul(k, c), y: point.y.neg(k) };
            for (point, half) in [(point, weight[0]), (&other, weight[1])] {
                let negative = point.negate(k);
                let mut carry = 0;
                for d in 0..digits {
                    let digit = signed_digit(half, d as u32, width, &mut carry);
                    if digit != 0 {
                        let bucket = table.add(d * buckets + digit.unsigned_abs() as usize - 1);
                        let term = if digit < 0 { &negative } else { point };
                        G2::add_affine_into(k, bucket, bucket, term);
                    }
                }
            }
        }
        let mut sum = infinity;
        let sum = &raw mut sum;
        for d in (0..digits).rev() {
            G2::double_times(k, sum, if d + 1 < digits { width as usize } else { 0 });
            let (mut running, mut weighted) = (infinity, infinity);
            let (running, weighted) = (&raw mut running, &raw mut weighted);
            for b in (0..buckets).rev() {
                G2::add_into(k, running, running, table.add(d * buckets + b));
                G2::add_into(k, weighted, weighted, running);
            }
            G2::add_into(k, sum, sum, weighted);
        }
        *sum
    }
}

/// Whether every signature_i verifies for (key_i, hash_g(i)), decided by one random linear combination:
/// a batch with a wrong signature passes with probability at most 2^-127 over the weights, which
/// the caller draws uniformly and independently of the batch. All points already decoded with all
/// checks. False if any is infinity; true for an empty batch.
///
/// g(i) is `groups[i]`, ascending, or i if `groups` is null: the weighted keys of one message are added
/// before its one pairing.
///
/// # Safety
/// `count` keys, signatures, 16-byte weights and, unless null, groups readable, and the hashes they name.
#[inline(never)]
pub unsafe fn verify_batch(
    k: &FpConsts,
    keys: *const G1Affine,
    hashes: *const StoredG2,
    groups: *const u32,
    signatures: *const StoredG2,
    weights: *const u8,
    count: usize,
) -> bool {
    let group = |i: usize| unsafe { if groups.is_null() { i } else { *groups.add(i) as usize } };
    unsafe {
        for i in 0..count {
            let hash = hashes.add(group(i));
            if G1Affine::is_infinity(keys.add(i))
                || is_infinity(hash)
                || is_infinity(signatures.add(i))
            {
                return false;
            }
        }
        let mut product = Product::new(k);
        let mut next = 0;
        while next < count {
            // Two groups share an inversion.
            let first = group(next);
            let mut both = weigh_group(k, keys, weights, first, &group, &mut next, count);
            let second = (next < count).then(|| group(next));
            if let Some(second) = second {
                let other = weigh_group(k, keys, weights, second, &group, &mut next, count);
                let both = &raw mut both;
                G1Pair::mix_into(both, both, &other);
            }
            let (p, infinity) = g1::to_affine(k, &both);
            // A sum of infinity is a factor of one: keys that cancel, which unpredictable weights prevent.
            if !infinity[0] {
                product.push(
                    k,
                    &Evaluation { x: p.x.low(&p.x), y: p.y.low(&p.y) },
                    &*hashes.add(first),
                );
            }
            if let (Some(second), false) = (second, infinity[1]) {
                product.push(
                    k,
                    &Evaluation { x: p.x.high(&p.x), y: p.y.high(&p.y) },
                    &*hashes.add(second),
                );
            }
        }
        if let Some(sum) = g2::to_affine(k, &weigh_signatures(k, signatures, weights, count)) {
            product.push(k, &negative_generator(k), &sum);
        }
        product.is_one(k)
    }
}

/// The sum of \[w_i\]P_i over the entries of one group from `next` on, which moves behind them.
#[inline(never)]
unsafe fn weigh_group(
    k: &FpConsts,
    keys: *const G1Affine,
    weights: *const u8,
    wanted: usize,
    group: &impl Fn(usize) -> usize,
    next: &mut usize,
    count: usize,
) -> G1Pair {
    let weigh =
        |i: usize| unsafe { weigh_key(k, keys.add(i), read_weight(weights.add(WEIGHT * i))) };
    unsafe {
        let mut sum = weigh(*next);
        *next += 1;
        let pointer = &raw mut sum;
        while *next < count && group(*next) == wanted {
            G1Pair::add_into(k, pointer, pointer, &weigh(*next));
            *next += 1;
        }
        sum
    }
}

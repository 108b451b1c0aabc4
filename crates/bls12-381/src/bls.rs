//! BLS signatures with keys in G1 and signatures in G2: draft-irtf-cfrg-bls-signature-05, minimal
//! public key size. Hashing, policy on distinct messages and key derivation stay with the caller.
//!
//! **Secrets.** Only [`public_key`] and [`sign`] see secret keys. Their sequence of field operations and
//! of memory addresses does not depend on the key: fixed-length ladders over complete additions, table
//! entries selected by masks, inversion by Fermat. Not guaranteed: that the engine's own code for a
//! multiplication or a conditional subtraction takes the same time for all operands (`scalar` and
//! `wide` select by masks, but the conversion of the *results* to bytes, which are public, branches).
//! The message is hashed in variable time. Stack memory used is overwritten before returning.
//!
//! Everything else is public and not constant-time.

use crate::constants::{Modulus, PARAMETER, ScalarField};
use crate::curve::{Affine, Curve, Point};
use crate::fp::{self, FpConsts, FpLanes};
use crate::g1::{self, G1Affine, G1Pair, Status};
use crate::g2::{self, DecodeError, G2};
use crate::hash_to_g2;
use crate::lanes::Lanes2;
use crate::pairing::{self, Evaluation, VariablePair};
use crate::tower::constants::constants;
use crate::tower::fp2;
use crate::tower::fp12::Fp12;
use crate::words::{self, Words};
use core::mem::MaybeUninit;

/// Bytes of a weight of [`verify_batch`].
pub const WEIGHT: usize = 16;
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
        let decoded = unsafe { g2::decompress_two(k, index.map(|i| bytes.add(g2::COMPRESSED * i))) };
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
            let pairs = core::slice::from_raw_parts_mut(self.pairs.as_mut_ptr() as *mut VariablePair, self.waiting);
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
    let key = |i: usize| unsafe { keys.add(if indices.is_null() { i } else { *indices.add(i) as usize }) };
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
pub unsafe fn aggregate_signatures(k: &FpConsts, points: *const StoredG2, count: usize, out: *mut StoredG2) {
    let mut sum = G2::infinity(k);
    let sum = &raw mut sum;
    unsafe {
        for i in 0..count {
            G2::add_affine_into(k, sum, sum, points.add(i));
        }
        store(k, g2::to_affine(k, &*sum).as_ref(), out);
    }
}

/// Two halves of a weight: w = w0 + w1 t^2 with w0 odd, so that no weight is zero. Distinct halves
/// give distinct weights below r.
unsafe fn read_weight(bytes: *const u8) -> [u64; 2] {
    let word = |at: usize| (0..8).fold(0, |w, i| w | (unsafe { *bytes.add(at + i) } as u64) << (8 * i));
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
unsafe fn weigh_signatures(k: &FpConsts, points: *const StoredG2, weights: *const u8, count: usize) -> G2 {
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
            if G1Affine::is_infinity(keys.add(i)) || is_infinity(hash) || is_infinity(signatures.add(i)) {
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
                product.push(k, &Evaluation { x: p.x.low(&p.x), y: p.y.low(&p.y) }, &*hashes.add(first));
            }
            if let (Some(second), false) = (second, infinity[1]) {
                product.push(k, &Evaluation { x: p.x.high(&p.x), y: p.y.high(&p.y) }, &*hashes.add(second));
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
    let weigh = |i: usize| unsafe { weigh_key(k, keys.add(i), read_weight(weights.add(WEIGHT * i))) };
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
            let mask = (core::hint::black_box(i as u64 ^ index).wrapping_sub(1) >> 63).wrapping_neg();
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
    let halves = [[d[0], d[1]], [d[2], d[3]]].map(|[low, high]| high as u128 * PARAMETER as u128 + low as u128);
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
pub unsafe fn sign(k: &FpConsts, secret: *const u8, message: &[u8], tag: &[u8], out: *mut u8) -> bool {
    let ok = unsafe { sign_inner(k, secret, message, tag, out) };
    wipe_stack();
    ok
}

#[inline(never)]
unsafe fn sign_inner(k: &FpConsts, secret: *const u8, message: &[u8], tag: &[u8], out: *mut u8) -> bool {
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
        let affine = Affine { x: fp2::mul(k, &point.x, &inverse), y: fp2::mul(k, &point.y, &inverse) };
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

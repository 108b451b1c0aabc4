//! Hashing to G2: suite BLS12381G2_XMD:SHA-256_SSWU_RO_ of RFC 9380 (sections 5, 6.6.2, 6.6.3, 8.8.2).
//!
//! Deviation from the RFC's straight-line program, with the same results: the square root in Fp2 is
//! taken by two exponentiations in Fp instead of one in Fp2, and the two field elements of one
//! message share the lanes of every exponentiation. Not constant-time: it branches on whether values
//! derived from the message are squares.

use crate::curve::Affine;
use crate::fp::{FpConsts, FpLanes};
use crate::g2::{self, G2};
use crate::lanes::Lanes2;
use crate::sha256::{BLOCK, DIGEST, Sha256};
use crate::tower::constants::constants;
use crate::tower::fp2::{self, Fp2};
use crate::tower::linear;
use crate::words;

/// Output of expand_message_xmd: two elements of Fp2, 64 bytes per coordinate.
const EXPANDED: usize = 256;

/// expand_message_xmd with SHA-256 (RFC 9380, section 5.3.1); fills `out`, at most 8,160 bytes. A tag
/// longer than 255 bytes is replaced by its hash (section 5.3.3).
pub fn expand_message(message: &[u8], tag: &[u8], out: &mut [u8]) {
    let mut long_tag = Sha256::new();
    let digest;
    let tag = if tag.len() > 255 {
        long_tag.update(b"H2C-OVERSIZE-DST-");
        long_tag.update(tag);
        digest = long_tag.finish();
        &digest[..]
    } else {
        tag
    };
    let finish = |mut hash: Sha256| {
        hash.update(tag);
        hash.update(&[tag.len() as u8]);
        hash.finish()
    };
    let mut hash = Sha256::new();
    hash.update(&[0; BLOCK]);
    hash.update(message);
    hash.update(&[(out.len() >> 8) as u8, out.len() as u8, 0]);
    let b0 = finish(hash);
    let mut previous = [0; DIGEST];
    for (i, chunk) in out.chunks_mut(DIGEST).enumerate() {
        // b_i = H((b_0 xor b_(i-1)) || i || tag), with b_0 alone for i = 1
        for j in 0..DIGEST {
            previous[j] ^= b0[j];
        }
        let mut hash = Sha256::new();
        hash.update(&previous);
        hash.update(&[i as u8 + 1]);
        previous = finish(hash);
        for (byte, value) in chunk.iter_mut().zip(previous) {
            *byte = value;
        }
    }
}

/// hash_to_field with m = 2, L = 64, count = 2: each coordinate is a 512-bit integer modulo p.
pub fn hash_to_field(k: &FpConsts, message: &[u8], tag: &[u8]) -> [Fp2; 2] {
    let mut bytes = [0; EXPANDED];
    expand_message(message, tag, &mut bytes);
    let read = |at: usize| unsafe { words::read_big_endian(bytes.as_ptr().add(at), 32) };
    [0, 128].map(|at| {
        let high = FpLanes::from_words(k, &[read(at), read(at + 64)]);
        let low = FpLanes::from_words(k, &[read(at + 32), read(at + 96)]);
        linear::add(k, &high.mul(k, &constants().two_256), &low)
    })
}

/// One element on its way through the simplified SWU map (section 6.6.2).
struct Candidate {
    /// Z u^2
    zu2: Fp2,
    /// x of the first candidate is numerator / denominator.
    numerator: Fp2,
    denominator: Fp2,
    /// g(x) denominator^4; y = root(w) / denominator^2.
    w: Fp2,
}

fn candidate(k: &FpConsts, u: &Fp2) -> Candidate {
    let c = constants();
    let zu2 = fp2::mul(k, &fp2::square(k, u), &c.sswu_z);
    let t = linear::add(k, &fp2::square(k, &zu2), &zu2);
    // x = (-B / A)(1 + 1 / t), or B / (Z A) if t = 0
    let numerator = fp2::mul(k, &linear::add(k, &t, &fp2::one(k)), &c.sswu_b);
    let scale = if fp2::is_zero(k, &t) { c.sswu_z } else { linear::neg(k, &t) };
    let denominator = fp2::mul(k, &scale, &c.sswu_a);
    // w = (n^3 + A n d^2 + B d^3) d
    let dd = fp2::square(k, &denominator);
    let ddd = fp2::mul(k, &dd, &denominator);
    let nn = fp2::square(k, &numerator);
    let sum = linear::add(k, &nn, &fp2::mul(k, &dd, &c.sswu_a));
    let value = linear::add(k, &fp2::mul(k, &sum, &numerator), &fp2::mul(k, &ddd, &c.sswu_b));
    let w = fp2::mul(k, &value, &denominator);
    Candidate { zu2, numerator, denominator, w }
}

/// map_to_curve for two elements: points of the curve isogenous to the twist.
pub fn map_two(k: &FpConsts, u: [&Fp2; 2]) -> [Affine; 2] {
    let c = constants();
    let mut list = [candidate(k, u[0]), candidate(k, u[1])];
    // Lane i belongs to element i. n = N(w), d = N(denominator); with m = n d^4 and
    // e = m^((p - 3) / 4), sign = e^2 m: 1 / d = sign e^2 n d^3, and (e n d^2)^2 = sign n.
    let n = fp2::norm(k, &list[0].w).mix(&fp2::norm(k, &list[1].w));
    let d = fp2::norm(k, &list[0].denominator).mix(&fp2::norm(k, &list[1].denominator));
    let dd = d.square(k);
    let ndd = n.mul(k, &dd);
    let m = ndd.mul(k, &dd);
    let e = fp2::inverse_root(k, &m);
    let mut s = e.mul(k, &ndd);
    let mut d_inverse = e.square(k).mul(k, &ndd).mul(k, &d);
    let square = fp2::lanes_equal(k, &s.square(k), &n);
    let sign = square.map(|ok| !ok as u32);
    d_inverse = d_inverse.negate_if(k, sign);
    if square != [true; 2] {
        // g(x) is no square: take x Z u^2 instead, whose w is (Z u^2)^3 w with
        // N = -125 N(u)^6 s^2.
        let nu = fp2::norm(k, u[0]).mix(&fp2::norm(k, u[1]));
        let scale = nu.square(k).mul(k, &nu).mul(k, &c.sswu_root);
        let scaled = s.mul(k, &scale);
        for i in 0..2 {
            if !square[i] {
                s = if i == 0 { scaled.mix(&s) } else { s.mix(&scaled) };
                let p = &mut list[i];
                let cube = fp2::mul(k, &fp2::square(k, &p.zu2), &p.zu2);
                p.w = fp2::mul(k, &p.w, &cube);
                p.numerator = fp2::mul(k, &p.numerator, &p.zu2);
            }
        }
    }
    let roots = fp2::roots_from_norms(k, [&list[0].w, &list[1].w], &s, &c.half);
    [0, 1].map(|i| {
        let p = &list[i];
        let norm_inverse =
            if i == 0 { d_inverse.low(&d_inverse) } else { d_inverse.high(&d_inverse) };
        let inverse = fp2::conjugate(k, &p.denominator).mul(k, &norm_inverse);
        let x = fp2::mul(k, &p.numerator, &inverse);
        let y = fp2::mul(k, &roots[i], &fp2::square(k, &inverse));
        let y = if fp2::is_odd(k, u[i]) == fp2::is_odd(k, &y) { y } else { linear::neg(k, &y) };
        Affine { x, y }
    })
}

/// The isogeny of degree 3 to the twist (appendix E.3), x = n1 / d1, y = y n2 / d2; its kernel goes
/// to infinity (section 6.6.3).
pub fn isogeny(k: &FpConsts, p: &Affine) -> G2 {
    let table = &constants().isogeny;
    let horner = |start: Fp2, coefficients: &[Fp2]| {
        let mut sum = start;
        for c in coefficients.iter().rev() {
            sum = linear::add(k, &fp2::mul(k, &sum, &p.x), c);
        }
        sum
    };
    let one = fp2::one(k);
    let n1 = horner(table[3], &table[..3]);
    let d1 = horner(one, &table[4..6]);
    if fp2::is_zero(k, &d1) {
        return G2::infinity(k);
    }
    let n2 = horner(table[9], &table[6..9]);
    let d2 = horner(one, &table[10..]);
    G2::new(fp2::mul(k, &n1, &d2), fp2::mul(k, &fp2::mul(k, &p.y, &n2), &d1), fp2::mul(k, &d1, &d2))
}

/// map_to_curve of both elements, their sum, and the cofactor cleared.
pub fn map_to_g2(k: &FpConsts, u: [&Fp2; 2]) -> G2 {
    let [a, b] = map_two(k, u);
    let mut sum = isogeny(k, &a);
    let other = isogeny(k, &b);
    let pointer = &raw mut sum;
    unsafe { G2::add_into(k, pointer, pointer, &other) };
    g2::clear_cofactor(k, &sum)
}

/// hash_to_curve.
pub fn hash_to_g2(k: &FpConsts, message: &[u8], tag: &[u8]) -> G2 {
    let [a, b] = hash_to_field(k, message, tag);
    map_to_g2(k, [&a, &b])
}

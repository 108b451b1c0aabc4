//! The group G2: points of the twist y^2 = x^3 + 4 + 4u over Fp2 of order r.
//!
//! Sources: encoding, draft-irtf-cfrg-pairing-friendly-curves-11, appendix C; endomorphism psi and
//! cofactor clearing, A. Budroni, F. Pintore, "Efficient hash maps to G2 on BLS curves", 2017
//! (RFC 9380, appendix G.3); subgroup test, M. Scott, "A note on group membership tests for G1, G2
//! and GT on BLS pairing-friendly curves", 2021: psi(P) = \[t\]P.

use crate::constants::{BaseField, Modulus, PARAMETER};
use crate::curve::{Affine, Point, Twist};
use crate::fp::{FpConsts, FpLanes};
use crate::lanes::Lanes2;
use crate::tower::constants::constants;
use crate::tower::fp2::{self, Fp2};
use crate::tower::linear;
use crate::words;

pub type G2 = Point<Twist>;

/// Bytes of a compressed point.
pub const COMPRESSED: usize = 96;
/// Bytes of an uncompressed point.
pub const UNCOMPRESSED: usize = 192;

/// Why bytes are not a point.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum DecodeError {
    /// Wrong flag bits, or bits set in the encoding of infinity.
    Flags,
    /// A coordinate not below p.
    NotCanonical,
    /// No point of the curve has this x.
    NotOnCurve,
}

/// A decoded point; `None` is infinity.
pub type Decoded = Result<Option<Affine>, DecodeError>;

enum Header {
    Infinity,
    Finite { x: Fp2, large: bool },
}

/// Flags and x of a compressed point.
unsafe fn read_header(k: &FpConsts, bytes: *const u8) -> Result<Header, DecodeError> {
    unsafe {
        let flags = *bytes;
        if flags & 0x80 == 0 {
            return Err(DecodeError::Flags);
        }
        if flags & 0x40 != 0 {
            let mut rest = flags & 0x3f;
            for i in 1..COMPRESSED {
                rest |= *bytes.add(i);
            }
            return if rest == 0 { Ok(Header::Infinity) } else { Err(DecodeError::Flags) };
        }
        let mut c1 = words::read_big_endian(bytes, 48);
        c1[5] &= u64::MAX >> 3;
        let c0 = words::read_big_endian(bytes.add(48), 48);
        if !words::less(&c0, &BaseField::WORDS) || !words::less(&c1, &BaseField::WORDS) {
            return Err(DecodeError::NotCanonical);
        }
        Ok(Header::Finite { x: FpLanes::from_words(k, &[c0, c1]), large: flags & 0x20 != 0 })
    }
}

/// x^3 + 4 + 4u
pub fn curve_equation(k: &FpConsts, x: &Fp2) -> Fp2 {
    linear::add(k, &fp2::mul(k, &fp2::square(k, x), x), &constants().twist_b)
}

/// Decodes two compressed points (the square roots of both share their lanes); the points are on
/// the curve, their order is not checked.
///
/// # Safety
/// 96 bytes readable at each pointer.
pub unsafe fn decompress_two(k: &FpConsts, bytes: [*const u8; 2]) -> [Decoded; 2] {
    let headers = unsafe { [read_header(k, bytes[0]), read_header(k, bytes[1])] };
    let x = [0, 1].map(|i| match &headers[i] {
        Ok(Header::Finite { x, .. }) => *x,
        _ => FpLanes::zero(k),
    });
    let squares = [curve_equation(k, &x[0]), curve_equation(k, &x[1])];
    let (roots, ok) = fp2::roots(k, [&squares[0], &squares[1]], &constants().half);
    [0, 1].map(|i| match headers[i] {
        Err(e) => Err(e),
        Ok(Header::Infinity) => Ok(None),
        Ok(Header::Finite { .. }) if !ok[i] => Err(DecodeError::NotOnCurve),
        Ok(Header::Finite { x, large }) => {
            let y = if fp2::is_large(k, &roots[i]) == large {
                roots[i]
            } else {
                linear::neg(k, &roots[i])
            };
            Ok(Some(Affine { x, y }))
        }
    })
}

/// Decodes one compressed point; on the curve, its order is not checked.
///
/// # Safety
/// 96 bytes readable.
pub unsafe fn decompress(k: &FpConsts, bytes: *const u8) -> Decoded {
    unsafe { decompress_two(k, [bytes, bytes])[0] }
}

/// Reads x.c1, x.c0, y.c1, y.c0, 48 bytes each; no flag bits, infinity is all zero. On the curve, the
/// order is not checked.
///
/// # Safety
/// 192 bytes readable.
pub unsafe fn read_uncompressed(k: &FpConsts, bytes: *const u8) -> Decoded {
    let [x1, x0, y1, y0] =
        [0, 48, 96, 144].map(|at| unsafe { words::read_big_endian(bytes.add(at), 48) });
    if [&x0, &x1, &y0, &y1].iter().any(|w| !words::less(w, &BaseField::WORDS)) {
        return Err(DecodeError::NotCanonical);
    }
    if [&x0, &x1, &y0, &y1].iter().all(|w| words::is_zero(w)) {
        return Ok(None);
    }
    let (x, y) = (FpLanes::from_words(k, &[x0, x1]), FpLanes::from_words(k, &[y0, y1]));
    if fp2::equals(k, &fp2::square(k, &y), &curve_equation(k, &x)) {
        Ok(Some(Affine { x, y }))
    } else {
        Err(DecodeError::NotOnCurve)
    }
}

/// Writes the compressed form; `None` is infinity.
///
/// # Safety
/// 96 bytes writable.
pub unsafe fn compress(k: &FpConsts, point: Option<&Affine>, bytes: *mut u8) {
    unsafe {
        match point {
            None => {
                for i in 0..COMPRESSED {
                    *bytes.add(i) = 0;
                }
                *bytes = 0xc0;
            }
            Some(p) => {
                let [c0, c1] = p.x.to_words(k);
                words::write_big_endian(&c1, bytes, 48);
                words::write_big_endian(&c0, bytes.add(48), 48);
                *bytes |= if fp2::is_large(k, &p.y) { 0xa0 } else { 0x80 };
            }
        }
    }
}

/// psi(x, y) = (c_x conj x, c_y conj y), which is \[t\] on G2.
pub fn psi(k: &FpConsts, p: &G2) -> G2 {
    let c = constants();
    G2::new(
        fp2::mul(k, &fp2::conjugate(k, &p.x), &c.psi_x),
        fp2::mul(k, &fp2::conjugate(k, &p.y), &c.psi_y),
        fp2::conjugate(k, &p.z),
    )
}

/// psi(psi(x, y)) = (c x, -y) with c in the base field.
pub fn psi_square(k: &FpConsts, p: &G2) -> G2 {
    G2::new(p.x.mul(k, &constants().psi_square_x), linear::neg(k, &p.y), p.z)
}

/// \[t\] a for the negative curve parameter t; branches on infinity only.
pub fn mul_parameter(k: &FpConsts, a: &G2) -> G2 {
    let mut out = *a;
    let pointer = &raw mut out;
    let mut run = 0;
    for bit in (0..63).rev() {
        run += 1;
        if PARAMETER >> bit & 1 == 1 || bit == 0 {
            unsafe {
                G2::double_times(k, pointer, run);
                if PARAMETER >> bit & 1 == 1 {
                    G2::add_into(k, pointer, pointer, a);
                }
            }
            run = 0;
        }
    }
    out.negate(k)
}

/// Whether a = b.
pub fn equal(k: &FpConsts, a: &G2, b: &G2) -> bool {
    let zero = (fp2::is_zero(k, &a.z), fp2::is_zero(k, &b.z));
    if zero.0 || zero.1 {
        return zero.0 && zero.1;
    }
    fp2::equals(k, &fp2::mul(k, &a.x, &b.z), &fp2::mul(k, &b.x, &a.z))
        && fp2::equals(k, &fp2::mul(k, &a.y, &b.z), &fp2::mul(k, &b.y, &a.z))
}

/// Whether a point of the curve has order r: psi(P) = \[t\]P.
pub fn is_in_subgroup(k: &FpConsts, p: &Affine) -> bool {
    let p = G2::from_affine(k, p);
    equal(k, &psi(k, &p), &mul_parameter(k, &p))
}

/// \[h_eff\] P = \[t^2 - t - 1\] P + \[t - 1\] psi(P) + psi^2(2 P): maps the curve onto G2.
pub fn clear_cofactor(k: &FpConsts, p: &G2) -> G2 {
    let add = |a: &G2, b: &G2| {
        let mut out = *a;
        let pointer = &raw mut out;
        unsafe { G2::add_into(k, pointer, pointer, b) };
        out
    };
    let mut twice = *p;
    unsafe { G2::double(k, &raw mut twice) };
    let tp = mul_parameter(k, p);
    let psi_p = psi(k, p);
    // [t] ([t] P + psi P) + psi^2(2 P) - psi P - [t] P - P
    let sum = mul_parameter(k, &add(&tp, &psi_p));
    let rest = add(&psi_square(k, &twice), &add(&psi_p, &add(&tp, p)).negate(k));
    add(&sum, &rest)
}

/// Affine coordinates, `None` for infinity. Not constant-time.
pub fn to_affine(k: &FpConsts, p: &G2) -> Option<Affine> {
    if fp2::is_zero(k, &p.z) {
        return None;
    }
    let inverse = fp2::invert(k, &p.z);
    Some(Affine { x: fp2::mul(k, &p.x, &inverse), y: fp2::mul(k, &p.y, &inverse) })
}

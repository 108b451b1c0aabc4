//! The group G1: points of y^2 = x^3 + 4 over Fp of order r, their encodings and membership.
//!
//! Sources: encoding, draft-irtf-cfrg-pairing-friendly-curves-11, appendix C; membership by the
//! endomorphism phi(x, y) = (beta x, y), M. Scott, "A note on group membership tests for G1, G2 and
//! GT on BLS pairing-friendly curves", 2021: P is in G1 exactly if phi(P) = -\[t^2\]P.

use crate::constants::{BaseField, Modulus, PARAMETER};
use crate::curve::{Affine, Point, TwoPoints};
use crate::fp::{self, FpConsts, FpElement, FpLanes};
use crate::lanes::Lanes2;
use crate::words::{self, Words};

/// Two points of G1 in homogeneous coordinates.
pub type G1Pair = Point<TwoPoints>;

/// Bytes of a compressed point.
pub const COMPRESSED: usize = 48;
/// Bytes of an uncompressed point.
pub const UNCOMPRESSED: usize = 96;

/// A cube root of one: (beta x, y) = -\[t^2\](x, y) on G1. `tests/g1.rs` checks both.
pub const BETA: Words = [
    0x2e01_ffff_fffe_fffe,
    0xde17_d813_620a_0002,
    0xddb3_a93b_e6f8_9688,
    0xba69_c607_6a0f_77ea,
    0x5f19_672f_df76_ce51,
    0,
];

/// A stored point; infinity is all bits zero (x = y = 0 is not on the curve).
#[repr(C)]
#[derive(Clone, Copy)]
pub struct G1Affine {
    pub x: FpElement,
    pub y: FpElement,
}

const WORD_COUNT: usize = size_of::<G1Affine>() / 8;

impl G1Affine {
    /// # Safety
    /// Readable.
    #[inline]
    pub unsafe fn is_infinity(point: *const Self) -> bool {
        let words = point as *const u64;
        let mut or = 0;
        for i in 0..WORD_COUNT {
            or |= unsafe { *words.add(i) };
            if or != 0 {
                return false;
            }
        }
        true
    }

    /// # Safety
    /// Writable.
    #[inline(never)]
    pub unsafe fn set_infinity(point: *mut Self) {
        let words = point as *mut u64;
        for i in 0..WORD_COUNT {
            unsafe { *words.add(i) = 0 };
        }
    }
}

/// What decoding found; the numbers are part of the interface of the module.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum Status {
    Finite = 0,
    Infinity = 1,
    /// Wrong flag bits, or bits set in the encoding of infinity.
    Flags = 2,
    /// A coordinate not below p.
    NotCanonical = 3,
    NotOnCurve = 4,
    NotInSubgroup = 5,
}

/// x^3 + 4
fn curve_equation(k: &FpConsts, x: &FpLanes) -> FpLanes {
    let one = FpLanes::one(k);
    let two = one.plus(k, &one);
    x.square(k).mul(k, x).plus(k, &two.plus(k, &two))
}

/// Which lanes of (x, y) satisfy the curve equation.
fn is_on_curve(k: &FpConsts, p: &Affine) -> [bool; 2] {
    p.y.square(k).equals(k, &curve_equation(k, &p.x))
}

/// Whether a stored point is infinity or on the curve.
///
/// # Safety
/// Readable.
pub unsafe fn is_valid(k: &FpConsts, point: *const G1Affine) -> bool {
    unsafe { G1Affine::is_infinity(point) || is_on_curve(k, &load(point, point))[0] }
}

/// Which lanes are in G1; the points are on the curve and not infinity.
///
/// Points of small order make the chain pass through infinity; it ends with Z = 0 then, or with a
/// correct multiple, as the additions are complete.
#[inline(never)]
pub fn is_in_subgroup(k: &FpConsts, p: &Affine) -> [bool; 2] {
    let multiple = times_parameter(k, &times_parameter(k, &G1Pair::from_affine(k, p)));
    // [t^2]P = -phi(P) = (beta x, -y)
    let x = p.x.mul(k, &beta(k)).mul(k, &multiple.z).equals(k, &multiple.x);
    let y = p.y.neg(k).mul(k, &multiple.z).equals(k, &multiple.y);
    let infinity = multiple.z.is_zero(k);
    [0, 1].map(|l| x[l] && y[l] && !infinity[l])
}

pub fn beta(k: &FpConsts) -> FpLanes {
    FpLanes::from_words(k, &[BETA; 2])
}

/// \[|t|\]P in both lanes.
fn times_parameter(k: &FpConsts, p: &G1Pair) -> G1Pair {
    let mut result = *p;
    let mut bit = 62;
    let mut doublings = 0;
    // |t| has six bits set: long runs of doublings.
    loop {
        doublings += 1;
        if PARAMETER >> bit & 1 == 1 {
            unsafe {
                double_lanes(k, &raw mut result, doublings);
                G1Pair::add_into(k, &raw mut result, &raw const result, p);
            }
            doublings = 0;
        }
        if bit == 0 {
            break;
        }
        bit -= 1;
    }
    unsafe { double_lanes(k, &raw mut result, doublings) };
    result
}

/// Doublings for lanes of which one may be infinity (which `double_times` does not take).
unsafe fn double_lanes(k: &FpConsts, p: *mut G1Pair, count: usize) {
    unsafe {
        let infinity = (*p).z.is_zero(k);
        if infinity[0] == infinity[1] {
            return G1Pair::double_times(k, p, count);
        }
        for _ in 0..count {
            G1Pair::double(k, p);
        }
    }
}

/// Both lanes as affine points; `true` where a lane is infinity (and its coordinates 0).
pub fn to_affine(k: &FpConsts, p: &G1Pair) -> (Affine, [bool; 2]) {
    let infinity = p.z.is_zero(k);
    let inverse = fp::invert(k, &p.z);
    (Affine { x: p.x.mul(k, &inverse), y: p.y.mul(k, &inverse) }, infinity)
}

/// (a_0, b_1)
pub fn mix(a: &G1Pair, b: &G1Pair) -> G1Pair {
    G1Pair::new(a.x.mix(&b.x), a.y.mix(&b.y), a.z.mix(&b.z))
}

/// Stores both lanes; infinity as zero bits.
///
/// # Safety
/// Writable.
pub unsafe fn store(p: &Affine, infinity: [bool; 2], out: [*mut G1Affine; 2]) {
    unsafe {
        p.x.store(&raw mut (*out[0]).x, &raw mut (*out[1]).x);
        p.y.store(&raw mut (*out[0]).y, &raw mut (*out[1]).y);
        for l in 0..2 {
            if infinity[l] {
                G1Affine::set_infinity(out[l]);
            }
        }
    }
}

/// # Safety
/// Readable.
pub unsafe fn load(a: *const G1Affine, b: *const G1Affine) -> Affine {
    unsafe {
        Affine {
            x: FpLanes::load(&raw const (*a).x, &raw const (*b).x),
            y: FpLanes::load(&raw const (*a).y, &raw const (*b).y),
        }
    }
}

enum Header {
    Infinity,
    Finite { x: Words, large: bool },
    Wrong(Status),
}

/// Flags and x of a compressed point.
unsafe fn read_header(bytes: *const u8) -> Header {
    unsafe {
        let flags = *bytes;
        if flags & 0x80 == 0 {
            return Header::Wrong(Status::Flags);
        }
        if flags & 0x40 != 0 {
            let mut rest = flags & 0x3f;
            for i in 1..COMPRESSED {
                rest |= *bytes.add(i);
            }
            return if rest == 0 { Header::Infinity } else { Header::Wrong(Status::Flags) };
        }
        let mut x = words::read_big_endian(bytes, 48);
        x[5] &= u64::MAX >> 3;
        if !words::less(&x, &BaseField::WORDS) {
            return Header::Wrong(Status::NotCanonical);
        }
        Header::Finite { x, large: flags & 0x20 != 0 }
    }
}

/// Decodes `count` compressed points, two per square root, writes a [`Status`] byte for each and
/// returns whether all are points (of G1 if `subgroup`). Points that are not become infinity.
///
/// # Safety
/// 48 bytes readable, a point and a byte writable, for each.
pub unsafe fn decompress(
    k: &FpConsts,
    bytes: *const u8,
    count: usize,
    subgroup: bool,
    points: *mut G1Affine,
    statuses: *mut u8,
) -> bool {
    let mut all = true;
    for first in (0..count).step_by(2) {
        let index = [first, (first + 1).min(count - 1)];
        unsafe {
            let headers = index.map(|i| read_header(bytes.add(COMPRESSED * i)));
            let x = [0, 1].map(|l| match headers[l] {
                Header::Finite { x, .. } => x,
                _ => words::ZERO,
            });
            let x = FpLanes::from_words(k, &x);
            let (root, ok) = fp::sqrt(k, &curve_equation(k, &x));
            let large = fp::is_large(k, &root);
            let mut status = [Status::Finite; 2];
            let mut signs = [0; 2];
            for l in 0..2 {
                status[l] = match headers[l] {
                    Header::Wrong(status) => status,
                    Header::Infinity => Status::Infinity,
                    Header::Finite { .. } if !ok[l] => Status::NotOnCurve,
                    Header::Finite { large: wanted, .. } => {
                        signs[l] = (wanted != large[l]) as u32;
                        Status::Finite
                    }
                };
            }
            let point = Affine { x, y: root.negate_if(k, signs) };
            if subgroup && status.contains(&Status::Finite) {
                let member = is_in_subgroup(k, &point);
                for l in 0..2 {
                    if status[l] == Status::Finite && !member[l] {
                        status[l] = Status::NotInSubgroup;
                    }
                }
            }
            store(&point, status.map(|s| s != Status::Finite), index.map(|i| points.add(i)));
            for l in 0..2 {
                *statuses.add(index[l]) = status[l] as u8;
                all &= (status[l] as u8) < Status::Flags as u8;
            }
        }
    }
    all
}

/// Reads `count` points of two big-endian coordinates, infinity as zero bytes; with `check` each must
/// be canonical and on the curve (its order is not tested). Returns whether all are.
///
/// # Safety
/// 96 bytes readable and a point writable for each.
pub unsafe fn read_uncompressed(
    k: &FpConsts,
    bytes: *const u8,
    count: usize,
    check: bool,
    points: *mut G1Affine,
) -> bool {
    let mut all = true;
    for first in (0..count).step_by(2) {
        let index = [first, (first + 1).min(count - 1)];
        unsafe {
            let at = |i: usize, offset: usize| {
                words::read_big_endian(bytes.add(UNCOMPRESSED * i + offset), 48)
            };
            let x = index.map(|i| at(i, 0));
            let y = index.map(|i| at(i, 48));
            let infinity = [0, 1].map(|l| words::is_zero(&x[l]) && words::is_zero(&y[l]));
            let point = Affine { x: FpLanes::from_words(k, &x), y: FpLanes::from_words(k, &y) };
            if check {
                let on_curve = is_on_curve(k, &point);
                for l in 0..2 {
                    let canonical = words::less(&x[l], &BaseField::WORDS)
                        && words::less(&y[l], &BaseField::WORDS);
                    all &= canonical && (on_curve[l] || infinity[l]);
                }
            }
            store(&point, infinity, index.map(|i| points.add(i)));
        }
    }
    all
}

/// Writes points as two big-endian coordinates, infinity as zero bytes.
///
/// # Safety
/// A point readable and 96 bytes writable for each.
pub unsafe fn write_uncompressed(
    k: &FpConsts,
    points: *const G1Affine,
    count: usize,
    bytes: *mut u8,
) {
    for first in (0..count).step_by(2) {
        let index = [first, (first + 1).min(count - 1)];
        unsafe {
            let point = load(points.add(index[0]), points.add(index[1]));
            let (x, y) = (point.x.to_words(k), point.y.to_words(k));
            for l in 0..2 {
                let out = bytes.add(UNCOMPRESSED * index[l]);
                words::write_big_endian(&x[l], out, 48);
                words::write_big_endian(&y[l], out.add(48), 48);
            }
        }
    }
}

/// Writes the compressed form.
///
/// # Safety
/// A point readable and 48 bytes writable for each.
pub unsafe fn compress(k: &FpConsts, points: *const G1Affine, count: usize, bytes: *mut u8) {
    for first in (0..count).step_by(2) {
        let index = [first, (first + 1).min(count - 1)];
        unsafe {
            let point = load(points.add(index[0]), points.add(index[1]));
            let x = point.x.to_words(k);
            let large = fp::is_large(k, &point.y);
            for l in 0..2 {
                let out = bytes.add(COMPRESSED * index[l]);
                words::write_big_endian(&x[l], out, 48);
                let infinity = G1Affine::is_infinity(points.add(index[l]));
                *out |= 0x80 | if infinity { 0x40 } else { (large[l] as u8) << 5 };
            }
        }
    }
}

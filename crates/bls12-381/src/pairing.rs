//! The optimal ate pairing e: G1 x G2 -> Fp12, as products of several pairings at once.
//!
//! Line functions on the twist, w^2 = v, v^3 = xi, for P = (x_P, y_P) in G1:
//! l(P) = l0 + l1 x_P v + l4 y_P v w. A line may be scaled by any factor in Fp2, which the final
//! exponentiation removes; for a fixed point of G2 all lines are computed once with l4 = 1.
//!
//! Sources: D. Aranha et al., "Faster Explicit Formulas for Computing Pairings over Ordinary Curves",
//! 2011, section 4 (steps in homogeneous coordinates, here without halving); final exponentiation,
//! D. Hayashida, K. Hayasaka, T. Teruya, "Efficient Final Exponentiation via Cyclotomic Structure for
//! Pairings over Families of Elliptic Curves", 2020: the exponent is
//! 3 (p^4 - p^2 + 1) / r = (t - 1)^2 (t + p) (t^2 + p^2 - 1) + 3.

use crate::constants::PARAMETER;
use crate::curve::Affine;
use crate::fp::{FpConsts, FpLanes};
use crate::g2::G2;
use crate::lanes::Lanes2;
use crate::tower::fp2::{self, Fp2};
use crate::tower::fp12::Fp12;
use crate::tower::linear;
use core::mem::MaybeUninit;

/// Lines of one Miller loop: 63 tangents and 5 chords (the bits of |t| after the first).
pub const LINES: usize = 68;

/// A line with l4 = 1.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct Line {
    pub l0: Fp2,
    pub l1: Fp2,
}

/// All lines of a fixed point of G2.
pub type LineTable = [Line; LINES];

/// A point of G1 whose coordinates stand in both lanes.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct Evaluation {
    pub x: FpLanes,
    pub y: FpLanes,
}

/// A pair with a fixed point of G2.
#[derive(Clone, Copy)]
pub struct FixedPair {
    pub p: Evaluation,
    pub lines: *const LineTable,
}

/// A pair with any point of G2; `t` starts as q.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct VariablePair {
    pub p: Evaluation,
    pub q: Affine,
    pub t: G2,
}

impl VariablePair {
    pub fn new(k: &FpConsts, p: &Evaluation, q: &Affine) -> Self {
        Self { p: *p, q: *q, t: G2::from_affine(k, q) }
    }
}

/// t = 2 t and the tangent (l0, l1, l4) at the old t. With B = Y^2, E = 3 b Z^2, F = 3 E, all scaled
/// by 4: X' = 2 X Y (B - F), Y' = (B + F)^2 - 12 E^2, Z' = 4 B H with H = 2 Y Z;
/// l0 = E - B, l1 = 3 X^2, l4 = -H.
#[inline(never)]
unsafe fn double_step(k: &FpConsts, t: *mut G2, line: *mut [Fp2; 3]) {
    unsafe {
        let line = line as *mut Fp2;
        let xy = fp2::mul(k, &(*t).x, &(*t).y);
        let b = fp2::square(k, &(*t).y);
        let h = fp2::mul_loose(k, &(*t).y.add(k, &(*t).y), &(*t).z);
        let xx = fp2::square(k, &(*t).x);
        let e = crate::curve::three_b(k, &fp2::square(k, &(*t).z));
        let f = linear::triple(k, &e);
        let g = fp2::square(k, &linear::add(k, &b, &f));
        let ee = linear::triple(k, &fp2::square(k, &e));
        let x = fp2::mul(k, &linear::sub(k, &b, &f), &xy);
        let z = fp2::mul(k, &b, &h);
        let z = linear::add(k, &z, &z);
        linear::sub_into(k, line, &e, &b);
        linear::triple_into(k, line.add(1), &xx);
        linear::neg_into(k, line.add(2), &h);
        linear::add_into(k, &raw mut (*t).x, &x, &x);
        linear::sub_four_into(k, &raw mut (*t).y, &g, &ee);
        linear::add_into(k, &raw mut (*t).z, &z, &z);
    }
}

/// t = t + q and the chord (l0, l1, l4) through both.
#[inline(never)]
unsafe fn add_step(k: &FpConsts, t: *mut G2, q: *const Affine, line: *mut [Fp2; 3]) {
    unsafe {
        let line = line as *mut Fp2;
        let q = &*q;
        let theta = linear::sub(k, &(*t).y, &fp2::mul(k, &q.y, &(*t).z));
        let lambda = linear::sub(k, &(*t).x, &fp2::mul(k, &q.x, &(*t).z));
        let c = fp2::square(k, &theta);
        let d = fp2::square(k, &lambda);
        let e = fp2::mul(k, &lambda, &d);
        let f = fp2::mul(k, &(*t).z, &c);
        let g = fp2::mul(k, &(*t).x, &d);
        let h = linear::sub_both(k, &linear::add(k, &e, &f), &g, &g);
        let y = fp2::mul(k, &linear::sub(k, &g, &h), &theta);
        linear::sub_into(k, line, &fp2::mul(k, &theta, &q.x), &fp2::mul(k, &lambda, &q.y));
        linear::neg_into(k, line.add(1), &theta);
        linear::copy(line.add(2), &lambda);
        fp2::mul_into(k, &raw mut (*t).x, &lambda, &h);
        linear::sub_into(k, &raw mut (*t).y, &y, &fp2::mul(k, &e, &(*t).y));
        fp2::mul_into(k, &raw mut (*t).z, &raw const (*t).z, &e);
    }
}

/// Computes the lines of a fixed point of G2: some 0.2 ms, one inversion.
///
/// # Safety
/// `q` readable, `out` writable.
pub unsafe fn prepare(k: &FpConsts, q: *const Affine, out: *mut LineTable) {
    unsafe {
        let mut t = G2::from_affine(k, &*q);
        let t = &raw mut t;
        let mut steps = MaybeUninit::<[[Fp2; 3]; LINES]>::uninit();
        let steps = steps.as_mut_ptr() as *mut [Fp2; 3];
        let mut count = 0;
        for bit in (0..63).rev() {
            double_step(k, t, steps.add(count));
            count += 1;
            if PARAMETER >> bit & 1 == 1 {
                add_step(k, t, q, steps.add(count));
                count += 1;
            }
        }
        // Divide by l4 with one inversion: prefix products, kept where the lines will stand.
        let lines = out as *mut Line;
        let mut product = fp2::one(k);
        let product = &raw mut product;
        for i in 0..LINES {
            linear::copy(&raw mut (*lines.add(i)).l0, product);
            fp2::mul_into(k, product, product, &(*steps.add(i))[2]);
        }
        linear::copy(product, &fp2::invert(k, &*product));
        for i in (0..LINES).rev() {
            let [l0, l1, l4] = &*steps.add(i);
            let inverse = fp2::mul(k, &*product, &(*lines.add(i)).l0);
            fp2::mul_into(k, product, product, l4);
            fp2::mul_into(k, &raw mut (*lines.add(i)).l0, l0, &inverse);
            fp2::mul_into(k, &raw mut (*lines.add(i)).l1, l1, &inverse);
        }
    }
}

/// out = the product of the Miller functions of all pairs. No point may be infinity.
///
/// # Safety
/// The line tables readable, `out` writable.
#[inline(never)]
pub unsafe fn miller_loop(
    k: &FpConsts,
    out: *mut Fp12,
    fixed: &[FixedPair],
    variable: &mut [VariablePair],
) {
    unsafe {
        Fp12::copy_into(out, &Fp12::one(k));
        let mut at = 0;
        for bit in (0..63).rev() {
            if bit != 62 {
                Fp12::square_into(k, out, out);
            }
            let chord = PARAMETER >> bit & 1 == 1;
            for step in 0..1 + chord as usize {
                for pair in fixed {
                    let line = &(&*pair.lines)[at + step];
                    let l1 = line.l1.mul(k, &pair.p.x);
                    Fp12::mul_line_scaled(k, out, &line.l0, &l1, &pair.p.y);
                }
                for pair in variable.iter_mut() {
                    let mut line = MaybeUninit::<[Fp2; 3]>::uninit();
                    let l = line.as_mut_ptr();
                    if step == 0 {
                        double_step(k, &raw mut pair.t, l);
                    } else {
                        add_step(k, &raw mut pair.t, &pair.q, l);
                    }
                    let l = l as *mut Fp2;
                    FpLanes::mul_into(k, l.add(1), l.add(1), &pair.p.x);
                    FpLanes::mul_into(k, l.add(2), l.add(2), &pair.p.y);
                    Fp12::mul_line(k, out, l, l.add(1), l.add(2));
                }
            }
            at += 1 + chord as usize;
        }
        // t is negative.
        Fp12::conjugate(k, out);
    }
}

/// f = f^(3 (p^12 - 1) / r), in place; f not 0.
///
/// # Safety
/// `f` readable and writable.
#[inline(never)]
pub unsafe fn final_exponentiation(k: &FpConsts, f: *mut Fp12) {
    unsafe {
        // (p^6 - 1)(p^2 + 1)
        let mut a = (*f).invert(k);
        let a = &raw mut a;
        Fp12::conjugate(k, f);
        Fp12::mul_into(k, f, f, a);
        Fp12::copy_into(a, f);
        Fp12::frobenius_square(k, a);
        Fp12::mul_into(k, f, f, a);
        // Now inverses are conjugates.
        let mut b = MaybeUninit::<Fp12>::uninit();
        let b = b.as_mut_ptr();
        let mut c = MaybeUninit::<Fp12>::uninit();
        let c = c.as_mut_ptr();
        // a = f^(t - 1)
        Fp12::power_parameter_into(k, a, f);
        Fp12::copy_into(b, f);
        Fp12::conjugate(k, b);
        Fp12::mul_into(k, a, a, b);
        // a = f^((t - 1)^2)
        Fp12::power_parameter_into(k, b, a);
        Fp12::conjugate(k, a);
        Fp12::mul_into(k, a, a, b);
        // a = a^(t + p)
        Fp12::power_parameter_into(k, b, a);
        Fp12::frobenius(k, a);
        Fp12::mul_into(k, a, a, b);
        // a = a^(t^2 + p^2 - 1)
        Fp12::power_parameter_into(k, b, a);
        Fp12::power_parameter_into(k, c, b);
        Fp12::copy_into(b, a);
        Fp12::frobenius_square(k, b);
        Fp12::conjugate(k, a);
        Fp12::mul_into(k, a, a, b);
        Fp12::mul_into(k, a, a, c);
        // f = a f^3
        Fp12::copy_into(b, f);
        Fp12::cyclotomic_square(k, b);
        Fp12::mul_into(k, f, f, b);
        Fp12::mul_into(k, f, f, a);
    }
}

/// Whether the product of all pairings is one. Pairs with infinity must be left out.
///
/// # Safety
/// The line tables readable.
pub unsafe fn product_is_one(
    k: &FpConsts,
    fixed: &[FixedPair],
    variable: &mut [VariablePair],
) -> bool {
    let mut f = MaybeUninit::<Fp12>::uninit();
    let f = f.as_mut_ptr();
    unsafe {
        miller_loop(k, f, fixed, variable);
        final_exponentiation(k, f);
        (*f).is_one(k)
    }
}

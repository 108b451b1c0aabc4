//! Identities of the extension tower, its constants, and powers in the cyclotomic subgroup.

mod support;

use bls12_381::constants::{BaseField, Modulus, PARAMETER};
use bls12_381::fp::{FpConsts, FpLanes};
use bls12_381::lanes::Lanes2;
use bls12_381::pairing::{self, VariablePair};
use bls12_381::tower::constants::constants;
use bls12_381::tower::fp2::{self, Fp2};
use bls12_381::tower::fp6::Fp6;
use bls12_381::tower::fp12::Fp12;
use bls12_381::tower::linear;
use num_bigint::BigUint;
use std::mem::MaybeUninit;
use support::*;

fn modulus() -> BigUint {
    BigUint::new(BaseField::WORDS.iter().flat_map(|x| [*x as u32, (*x >> 32) as u32]).collect())
}

// The obvious tower over big integers: coefficient lists, w^12 - 2 w^6 + 2 = 0 never used.
type Big2 = [BigUint; 2];

fn big2(k: &FpConsts, a: &Fp2) -> Big2 {
    a.to_words(k)
        .map(|w| BigUint::new(w.iter().flat_map(|x| [*x as u32, (*x >> 32) as u32]).collect()))
}
fn big_mul(a: &Big2, b: &Big2) -> Big2 {
    let p = modulus();
    [(&a[0] * &b[0] + &p * &p - &a[1] * &b[1]) % &p, (&a[0] * &b[1] + &a[1] * &b[0]) % &p]
}
fn big_add(a: &Big2, b: &Big2) -> Big2 {
    let p = modulus();
    [(&a[0] + &b[0]) % &p, (&a[1] + &b[1]) % &p]
}
fn big_power(a: &Big2, e: &BigUint) -> Big2 {
    let mut out = [BigUint::from(1u32), BigUint::from(0u32)];
    for bit in (0..e.bits()).rev() {
        out = big_mul(&out, &out);
        if e.bit(bit) {
            out = big_mul(&out, a);
        }
    }
    out
}
fn xi() -> Big2 {
    [BigUint::from(1u32), BigUint::from(1u32)]
}
/// Product modulo x^n = xi over coefficient lists.
fn big_product(a: &[Big2], b: &[Big2]) -> Vec<Big2> {
    let zero = || [BigUint::from(0u32), BigUint::from(0u32)];
    let n = a.len();
    let mut out: Vec<Big2> = (0..n).map(|_| zero()).collect();
    for i in 0..n {
        for j in 0..n {
            let mut term = big_mul(&a[i], &b[j]);
            if i + j >= n {
                term = big_mul(&term, &xi());
            }
            out[(i + j) % n] = big_add(&out[(i + j) % n], &term);
        }
    }
    out
}
fn big6(k: &FpConsts, a: &Fp6) -> Vec<Big2> {
    [&a.c0, &a.c1, &a.c2].map(|c| big2(k, c)).to_vec()
}
/// Coefficients of 1, w, ..., w^5.
fn big12(k: &FpConsts, a: &Fp12) -> Vec<Big2> {
    let (a, b) = (big6(k, &a.c0), big6(k, &a.c1));
    (0..6).map(|i| if i % 2 == 0 { a[i / 2].clone() } else { b[i / 2].clone() }).collect()
}

/// Random, with zeros, ones and p - 1 among the coordinates.
fn fp2_element(k: &FpConsts, random: &mut Random) -> Fp2 {
    let word = |random: &mut Random| match random.next() % 8 {
        0 => [0; 6],
        1 => [1, 0, 0, 0, 0, 0],
        2 => bls12_381::words::subtract(&BaseField::WORDS, &[1, 0, 0, 0, 0, 0]),
        _ => random.words(),
    };
    FpLanes::from_words(k, &[word(random), word(random)])
}
fn fp6_element(k: &FpConsts, random: &mut Random) -> Fp6 {
    Fp6 { c0: fp2_element(k, random), c1: fp2_element(k, random), c2: fp2_element(k, random) }
}
fn fp12_element(k: &FpConsts, random: &mut Random) -> Fp12 {
    Fp12 { c0: fp6_element(k, random), c1: fp6_element(k, random) }
}

#[test]
fn fp2_operations_equal_those_of_big_integers() {
    let k = FpLanes::consts();
    let p = modulus();
    let mut random = Random(51);
    for _ in 0..1500 {
        let (a, b) = (fp2_element(k, &mut random), fp2_element(k, &mut random));
        let (x, y) = (big2(k, &a), big2(k, &b));
        assert_eq!(big2(k, &fp2::mul(k, &a, &b)), big_mul(&x, &y), "{x:x?} {y:x?}");
        assert_eq!(big2(k, &fp2::square(k, &a)), big_mul(&x, &x), "{x:x?}");
        assert_eq!(
            big2(k, &fp2::mul_loose(k, &a.sub(k, &b), &b)),
            big_mul(&big_add(&x, &big_mul(&y, &[&p - 1u32, BigUint::from(0u32)])), &y)
        );
        assert_eq!(
            big2(k, &fp2::times_u(k, &a)),
            big_mul(&x, &[BigUint::from(0u32), BigUint::from(1u32)])
        );
        assert_eq!(big2(k, &linear::times_xi(k, &a)), big_mul(&x, &xi()));
        assert_eq!(big2(k, &linear::add_xi(k, &a, &b)), big_add(&x, &big_mul(&y, &xi())));
        let combination = |m: i64, n: i64| {
            let coefficient = |c: i64| {
                [
                    if c < 0 { &p - (-c) as u64 } else { BigUint::from(c as u64) },
                    BigUint::from(0u32),
                ]
            };
            big_add(&big_mul(&x, &coefficient(m)), &big_mul(&y, &coefficient(n)))
        };
        assert_eq!(big2(k, &linear::add(k, &a, &b)), combination(1, 1));
        assert_eq!(big2(k, &linear::sub(k, &a, &b)), combination(1, -1));
        assert_eq!(big2(k, &linear::sub_both(k, &a, &b, &b)), combination(1, -2));
        assert_eq!(big2(k, &linear::triple(k, &a)), combination(3, 0));
        assert_eq!(big2(k, &linear::triple_sub_twice(k, &a, &b)), combination(3, -2));
        assert_eq!(big2(k, &linear::triple_add_twice(k, &a, &b)), combination(3, 2));
        assert_eq!(big2(k, &linear::sub_four(k, &a, &b)), combination(1, -4));
        assert_eq!(big2(k, &linear::neg(k, &a)), combination(-1, 0));
        for inverse in [fp2::invert(k, &a), fp2::invert_fermat(k, &a)] {
            let one = fp2::equals(k, &fp2::mul(k, &inverse, &a), &fp2::one(k));
            assert_eq!(one, !fp2::is_zero(k, &a));
        }
    }
}

#[test]
fn square_roots_in_fp2_square_back_and_exist_for_half_of_all_elements() {
    let k = FpLanes::consts();
    let half = &constants().half;
    let mut random = Random(52);
    let mut squares = 0;
    for _ in 0..300 {
        let (a, b) = (fp2_element(k, &mut random), fp2_element(k, &mut random));
        let aa = fp2::square(k, &a);
        let (roots, ok) = fp2::roots(k, [&aa, &b], half);
        assert!(ok[0]);
        assert!(fp2::equals(k, &fp2::square(k, &roots[0]), &aa));
        assert_eq!(fp2::equals(k, &fp2::square(k, &roots[1]), &b), ok[1]);
        // By Euler's criterion.
        let p = modulus();
        let euler = big_power(&big2(k, &b), &((&p * &p - 1u32) >> 1));
        assert_eq!(ok[1], euler != [&p - 1u32, BigUint::from(0u32)]);
        squares += ok[1] as u32;
    }
    assert!((75..225).contains(&squares), "{squares}");
}

#[test]
fn fp6_and_fp12_operations_equal_those_of_coefficient_lists() {
    let k = FpLanes::consts();
    let mut random = Random(53);
    for _ in 0..120 {
        let (a, b) = (fp6_element(k, &mut random), fp6_element(k, &mut random));
        assert_eq!(big6(k, &a.mul(k, &b)), big_product(&big6(k, &a), &big6(k, &b)));
        let zero = || [BigUint::from(0u32), BigUint::from(0u32)];
        let mut out = MaybeUninit::<Fp6>::uninit();
        let out = out.as_mut_ptr();
        unsafe {
            Fp6::mul_01_into(k, out, &a, &b.c0, &b.c1);
            assert_eq!(
                big6(k, &*out),
                big_product(&big6(k, &a), &[big2(k, &b.c0), big2(k, &b.c1), zero()])
            );
            Fp6::mul_1_into(k, out, &a, &b.c1);
            assert_eq!(
                big6(k, &*out),
                big_product(&big6(k, &a), &[zero(), big2(k, &b.c1), zero()])
            );
        }
        let inverse = a.invert(k).mul(k, &a);
        assert_eq!(
            big6(k, &inverse),
            big6(k, &if a.is_zero(k) { Fp6::zero(k) } else { Fp6::one(k) })
        );

        let (mut f, g) = (fp12_element(k, &mut random), fp12_element(k, &mut random));
        let (x, y) = (big12(k, &f), big12(k, &g));
        let p = &raw mut f;
        unsafe {
            let mut inverse = (*p).invert(k);
            Fp12::mul_into(k, &raw mut inverse, &inverse, p);
            assert!(inverse.is_one(k));
            Fp12::mul_into(k, p, p, &g);
            assert_eq!(big12(k, &*p), big_product(&x, &y));
            Fp12::square_into(k, p, p);
            let product = big_product(&x, &y);
            assert_eq!(big12(k, &*p), big_product(&product, &product));
            // Lines: l0 + l1 w^2 + l4 w^3.
            let mut line = g;
            Fp12::mul_line(k, &raw mut line, &a.c0, &a.c1, &a.c2);
            let factor = [big2(k, &a.c0), zero(), big2(k, &a.c1), big2(k, &a.c2), zero(), zero()];
            assert_eq!(big12(k, &line), big_product(&y, &factor));
            let mut line = g;
            let s = a.c2.low(&a.c2);
            Fp12::mul_line_scaled(k, &raw mut line, &a.c0, &a.c1, &s);
            let scalar = [big2(k, &a.c2)[0].clone(), BigUint::from(0u32)];
            let factor = [big2(k, &a.c0), zero(), big2(k, &a.c1), scalar, zero(), zero()];
            assert_eq!(big12(k, &line), big_product(&y, &factor));
        }
    }
}

#[test]
fn frobenius_constants_follow_from_their_definition_and_the_maps_are_powers() {
    let k = FpLanes::consts();
    let c = constants();
    let p = modulus();
    let sixth = (&p - 1u32) / 6u32;
    for i in 1..6usize {
        let root = big_power(&xi(), &(&sixth * i));
        assert_eq!(big2(k, &c.frobenius[i - 1]), root);
        let norm = big_mul(&root, &[root[0].clone(), &p - &root[1]]);
        assert_eq!(big2(k, &c.frobenius_square[i - 1]), [norm[0].clone(), norm[0].clone()]);
    }
    let mut random = Random(54);
    let f = fp12_element(k, &mut random);
    let mut power = Fp12::one(k);
    let result = &raw mut power;
    for bit in (0..p.bits()).rev() {
        unsafe {
            Fp12::square_into(k, result, result);
            if p.bit(bit) {
                Fp12::mul_into(k, result, result, &f);
            }
        }
    }
    let mut once = f;
    unsafe { Fp12::frobenius(k, &raw mut once) };
    assert_eq!(big12(k, &once), big12(k, &power));
    unsafe { Fp12::frobenius(k, &raw mut once) };
    let mut twice = f;
    unsafe { Fp12::frobenius_square(k, &raw mut twice) };
    assert_eq!(big12(k, &once), big12(k, &twice));
}

#[test]
fn constants_of_the_twist_and_its_maps_follow_from_their_definitions() {
    let k = FpLanes::consts();
    let c = constants();
    let p = modulus();
    let one = [BigUint::from(1u32), BigUint::from(0u32)];
    let third = big_power(&xi(), &((&p - 1u32) / 3u32));
    let half = big_power(&xi(), &((&p - 1u32) / 2u32));
    assert_eq!(big_mul(&big2(k, &c.psi_x), &third), one);
    assert_eq!(big_mul(&big2(k, &c.psi_y), &half), one);
    let x = big2(k, &c.psi_x);
    let norm = (&x[0] * &x[0] + &x[1] * &x[1]) % &p;
    assert_eq!(big2(k, &c.psi_square_x), [norm.clone(), norm]);
    let number = |n: u32| [BigUint::from(n), BigUint::from(n)];
    assert_eq!(big2(k, &c.half), [(&p + 1u32) >> 1, (&p + 1u32) >> 1]);
    assert_eq!(big2(k, &c.twist_b), number(4));
    assert_eq!(
        big2(k, &c.two_256),
        [(BigUint::from(1u32) << 256) % &p, (BigUint::from(1u32) << 256) % &p]
    );
    // RFC 9380, section 8.8.2.
    assert_eq!(big2(k, &c.sswu_a), [BigUint::from(0u32), BigUint::from(240u32)]);
    assert_eq!(big2(k, &c.sswu_b), number(1012));
    assert_eq!(big2(k, &c.sswu_z), [&p - 2u32, &p - 1u32]);
    let root = &big2(k, &c.sswu_root)[0];
    assert_eq!(root * root % &p, &p - 125u32);
    // The generators are the ones blst uses.
    unsafe {
        let mut g1 = blst::blst_p1_affine::default();
        blst::blst_p1_to_affine(&mut g1, blst::blst_p1_generator());
        let want = g1_of(k, &g1);
        assert!(fp2::equals(k, &want.x, &c.g1[0]) && fp2::equals(k, &want.y, &c.g1[1]));
        let mut g2 = blst::blst_p2_affine::default();
        blst::blst_p2_to_affine(&mut g2, blst::blst_p2_generator());
        let want = g2_of(k, &g2);
        assert!(fp2::equals(k, &want.x, &c.g2[0]) && fp2::equals(k, &want.y, &c.g2[1]));
    }
}

/// An element of the cyclotomic subgroup.
fn cyclotomic(k: &FpConsts, random: &mut Random) -> Fp12 {
    let mut f = fp12_element(k, random);
    let p = &raw mut f;
    unsafe {
        let inverse = f.invert(k);
        Fp12::conjugate(k, p);
        Fp12::mul_into(k, p, p, &inverse);
        let mut square = *p;
        Fp12::frobenius_square(k, &raw mut square);
        Fp12::mul_into(k, p, p, &square);
    }
    f
}

#[test]
fn powers_in_the_cyclotomic_subgroup_equal_plain_powers_also_for_degenerate_elements() {
    let k = FpLanes::consts();
    let mut random = Random(55);
    let mut list = vec![Fp12::one(k)];
    for _ in 0..4 {
        list.push(cyclotomic(k, &mut random));
    }
    for _ in 0..2 {
        let f = without_w(k, &mut random);
        assert!(fp2::is_zero(k, &f.c1.c0));
        list.push(f);
        // One whose power 2^16, which is decompressed, has that form.
        let p = modulus();
        let order = p.pow(4) - p.pow(2) + 1u32;
        let halving = ((&order + 1u32) >> 1u32).modpow(&BigUint::from(16u32), &order);
        let mut root = Fp12::one(k);
        let pointer = &raw mut root;
        for bit in (0..halving.bits()).rev() {
            unsafe {
                Fp12::square_into(k, pointer, pointer);
                if halving.bit(bit) {
                    Fp12::mul_into(k, pointer, pointer, &f);
                }
            }
        }
        list.push(root);
    }
    for (i, f) in list.iter().enumerate() {
        let mut square = *f;
        unsafe {
            Fp12::cyclotomic_square(k, &raw mut square);
            let mut want = *f;
            let p = &raw mut want;
            Fp12::square_into(k, p, p);
            assert_eq!(big12(k, &square), big12(k, &want), "element {i}");
            let mut power = Fp12::one(k);
            let p = &raw mut power;
            for bit in (0..64).rev() {
                Fp12::square_into(k, p, p);
                if PARAMETER >> bit & 1 == 1 {
                    Fp12::mul_into(k, p, p, f);
                }
            }
            Fp12::conjugate(k, p);
            let mut got = MaybeUninit::<Fp12>::uninit();
            Fp12::power_parameter_into(k, got.as_mut_ptr(), f);
            assert_eq!(big12(k, &got.assume_init()), big12(k, &power), "element {i}");
        }
    }
}

/// An element of the cyclotomic subgroup whose coefficient of w is zero, so that decompression takes
/// its second formula. With z3, z4, z5 the coefficients of w^4, w^2, w^5, the relations of the
/// subgroup become 2 z3 = 3 z4^2 + xi z5^2 and z4^3 + 3 xi z4 z5^2 = xi z3^3; m = xi z5^2 / z4^2
/// with 1 + 3 m = xi c^3 solves both for z4 = 2 c / (3 + m).
fn without_w(k: &FpConsts, random: &mut Random) -> Fp12 {
    let one = fp2::one(k);
    let xi = linear::times_xi(k, &one);
    let third = fp2::invert(k, &linear::triple(k, &one));
    loop {
        let c = random.lanes(k);
        let cube = fp2::mul(k, &fp2::square(k, &c), &c);
        let m = fp2::mul(k, &linear::sub(k, &fp2::mul(k, &xi, &cube), &one), &third);
        let ratio = fp2::mul(k, &m, &fp2::invert(k, &xi));
        let (root, ok) = fp2::roots(k, [&ratio, &ratio], &constants().half);
        if !ok[0] {
            continue;
        }
        let three = linear::triple(k, &one);
        let z4 = fp2::mul(k, &linear::add(k, &c, &c), &fp2::invert(k, &linear::add(k, &three, &m)));
        let z5 = fp2::mul(k, &z4, &root[0]);
        let t = linear::add_xi(k, &linear::triple(k, &fp2::square(k, &z4)), &fp2::square(k, &z5));
        let z3 = t.mul(k, &constants().half);
        let product = fp2::mul(k, &z4, &z5);
        let inverse = fp2::invert(k, &z3);
        let z1 = fp2::mul(k, &linear::add(k, &product, &product), &inverse);
        let z0 = fp2::mul(k, &fp2::square(k, &z4), &inverse);
        let z0 = linear::sub_both(k, &one, &z0, &z0);
        let zero = FpLanes::zero(k);
        let f = Fp12 { c0: Fp6 { c0: z0, c1: z4, c2: z3 }, c1: Fp6 { c0: zero, c1: z1, c2: z5 } };
        // f^(p^4) f = f^(p^2)
        let (mut a, mut b) = (f, f);
        unsafe {
            Fp12::frobenius_square(k, &raw mut a);
            Fp12::frobenius_square(k, &raw mut b);
            Fp12::frobenius_square(k, &raw mut b);
            let p = &raw mut b;
            Fp12::mul_into(k, p, p, &f);
        }
        assert_eq!(big12(k, &a), big12(k, &b), "not in the cyclotomic subgroup");
        return f;
    }
}

#[test]
fn pairing_values_are_those_of_blst_and_bilinear() {
    let k = FpLanes::consts();
    let mut random = Random(56);
    let value = |p: &blst::blst_p1_affine, q: &blst::blst_p2_affine| {
        let mut f = MaybeUninit::<Fp12>::uninit();
        unsafe {
            pairing::miller_loop(
                k,
                f.as_mut_ptr(),
                &[],
                &mut [VariablePair::new(k, &g1_of(k, p), &g2_of(k, q))],
            );
            pairing::final_exponentiation(k, f.as_mut_ptr());
            f.assume_init()
        }
    };
    for _ in 0..3 {
        let (a, b) = (random.scalar(), random.scalar());
        let (p, q) = (g1_point(&a), g2_point(&b));
        let got = value(&p, &q);
        let mut raw = blst::blst_fp12::default();
        let mut want = blst::blst_fp12::default();
        unsafe {
            blst::blst_miller_loop(&mut raw, &q, &p);
            blst::blst_final_exp(&mut want, &raw);
        }
        // blst: Fp12 as pairs of triples, like ours; both use three times the least exponent.
        let coefficient = |i: usize, j: usize| big2(k, &fp2_of(k, &want.fp6[i].fp2[j]));
        let want: Vec<Big2> = (0..6).map(|i| coefficient(i % 2, i / 2)).collect();
        assert_eq!(big12(k, &got), want);
        // e(aG, bH) = e(abG, H)
        let mut product = blst::blst_scalar::default();
        unsafe { assert!(blst::blst_sk_mul_n_check(&mut product, &scalar(&a), &scalar(&b))) };
        let mut one = [0; 32];
        one[0] = 1;
        assert_eq!(big12(k, &value(&g1_point(&product.b), &g2_point(&one))), big12(k, &got));
        assert!(!got.is_one(k));
    }
}

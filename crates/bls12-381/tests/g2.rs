//! Decoding, the endomorphism, the order test and additions in G2.

mod support;

use bls12_381::curve::Affine;
use bls12_381::fp::{FpConsts, FpLanes};
use bls12_381::g2::{self, DecodeError, G2};
use bls12_381::lanes::Lanes2;
use bls12_381::tower::fp2;
use num_bigint::{BigInt, BigUint};
use support::*;

fn sum(k: &FpConsts, a: &G2, b: &G2) -> G2 {
    let mut out = *a;
    let pointer = &raw mut out;
    unsafe { G2::add_into(k, pointer, pointer, b) };
    out
}

/// \[n\] a by the schoolbook ladder.
fn multiple(k: &FpConsts, a: &G2, n: &BigUint) -> G2 {
    let mut out = G2::infinity(k);
    for bit in (0..n.bits()).rev() {
        unsafe { G2::double(k, &raw mut out) };
        if n.bit(bit) {
            out = sum(k, &out, a);
        }
    }
    out
}

/// Some point of the curve, almost surely outside G2.
fn curve_point(k: &FpConsts, random: &mut Random) -> Affine {
    loop {
        let x = random.lanes(k);
        let square = g2::curve_equation(k, &x);
        let (roots, ok) =
            fp2::roots(k, [&square, &square], &bls12_381::tower::constants::constants().half);
        if ok[0] {
            return Affine { x, y: roots[0] };
        }
    }
}

/// Order of the curve over Fp2 divided by r.
fn cofactor() -> BigUint {
    let t = -BigInt::from(bls12_381::constants::PARAMETER);
    let power = |n: u32| t.pow(n);
    let h: BigInt = (power(8) - power(7) * 4 + power(6) * 5 - power(4) * 4 + power(3) * 6
        - power(2) * 4
        - power(1) * 4
        + 13)
        / 9;
    h.to_biguint().unwrap()
}
fn group_order() -> BigUint {
    let t = BigInt::from(bls12_381::constants::PARAMETER);
    let r: BigInt = t.pow(4) - t.pow(2) + 1;
    r.to_biguint().unwrap()
}

#[test]
fn encoding_and_decoding_agree_with_blst() {
    let k = FpLanes::consts();
    let mut random = Random(21);
    for _ in 0..60 {
        let (a, b) = (g2_point(&random.scalar()), g2_point(&random.scalar()));
        let bytes = [blst_compressed(&a), blst_compressed(&b)];
        assert_eq!(compressed(k, Some(&g2_of(k, &a))), bytes[0]);
        let points = unsafe { g2::decompress_two(k, [bytes[0].as_ptr(), bytes[1].as_ptr()]) };
        for i in 0..2 {
            let p = points[i].unwrap().unwrap();
            assert_eq!(compressed(k, Some(&p)), bytes[i]);
            assert!(g2::is_in_subgroup(k, &p));
        }
    }
    let mut infinity = [0; 96];
    infinity[0] = 0xc0;
    assert_eq!(compressed(k, None), infinity);
    assert!(matches!(unsafe { g2::decompress(k, infinity.as_ptr()) }, Ok(None)));
}

#[test]
fn every_flag_bit_flip_and_random_change_is_judged_as_by_blst() {
    let k = FpLanes::consts();
    let mut random = Random(22);
    let mut seen = [0; 4];
    for i in 0..600 {
        let mut bytes = blst_compressed(&g2_point(&random.scalar()));
        match i % 6 {
            0 => bytes[0] ^= 1 << (5 + random.next() % 3),
            1 => bytes[random.next() as usize % 96] ^= 1 << (random.next() % 8),
            2 => bytes[48] |= 0xf0,
            3 => bytes[0] |= 0x1f,
            4 => {
                bytes = [0; 96];
                bytes[0] = 0xc0;
                bytes[random.next() as usize % 96] |= 1 << (random.next() % 8);
            }
            _ => {
                bytes = random.bytes();
                bytes[0] = bytes[0] & 0x3f | 0x80;
            }
        }
        let mut p = blst::blst_p2_affine::default();
        let want = unsafe { blst::blst_p2_uncompress(&mut p, bytes.as_ptr()) };
        match unsafe { g2::decompress(k, bytes.as_ptr()) } {
            Ok(got) => {
                assert_eq!(want, blst::BLST_ERROR::BLST_SUCCESS, "{bytes:x?}");
                assert_eq!(compressed(k, got.as_ref()), bytes);
                if let Some(got) = got {
                    assert_eq!(g2::is_in_subgroup(k, &got), unsafe {
                        blst::blst_p2_affine_in_g2(&p)
                    });
                }
                seen[0] += 1;
            }
            Err(e) => {
                assert_ne!(want, blst::BLST_ERROR::BLST_SUCCESS, "{bytes:x?}");
                if e == DecodeError::NotOnCurve {
                    assert_eq!(want, blst::BLST_ERROR::BLST_POINT_NOT_ON_CURVE);
                }
                seen[1
                    + (e != DecodeError::Flags) as usize
                    + (e == DecodeError::NotOnCurve) as usize] += 1;
            }
        }
    }
    assert!(seen.iter().all(|n| *n > 10), "{seen:?}");
}

#[test]
fn points_outside_the_subgroup_are_refused_also_those_of_small_order() {
    let k = FpLanes::consts();
    let mut random = Random(23);
    let (h, r) = (cofactor(), group_order());
    for _ in 0..4 {
        let p = curve_point(k, &mut random);
        assert!(!g2::is_in_subgroup(k, &p));
        let point = G2::from_affine(k, &p);
        assert!(g2::to_affine(k, &multiple(k, &point, &(&h * &r))).is_none());
        let inside = g2::to_affine(k, &multiple(k, &point, &h)).unwrap();
        assert!(g2::is_in_subgroup(k, &inside));
        for small in [13u32, 23, 2713, 11953] {
            let small = BigUint::from(small);
            assert_eq!(&h % &small, BigUint::from(0u32));
            let mut q = multiple(k, &point, &(&h * &r / &small));
            if let Some(a) = g2::to_affine(k, &q) {
                assert!(g2::to_affine(k, &multiple(k, &q, &small)).is_none());
                assert!(!g2::is_in_subgroup(k, &a), "order {small}");
                // A point of G2 plus a point of small order.
                q = sum(k, &q, &G2::from_affine(k, &inside));
                assert!(
                    !g2::is_in_subgroup(k, &g2::to_affine(k, &q).unwrap()),
                    "mixed order {small}"
                );
                // The long chains pass through infinity here.
                let order = g2::mul_parameter(k, &G2::from_affine(k, &a));
                let want = multiple(
                    k,
                    &G2::from_affine(k, &a).negate(k),
                    &BigUint::from(bls12_381::constants::PARAMETER),
                );
                assert!(g2::equal(k, &order, &want), "order {small}");
            }
        }
    }
}

#[test]
fn psi_is_multiplication_by_the_parameter_on_g2() {
    let k = FpLanes::consts();
    let mut random = Random(24);
    for _ in 0..5 {
        let p = G2::from_affine(k, &g2_of(k, &g2_point(&random.scalar())));
        let t = BigUint::from(bls12_381::constants::PARAMETER);
        let want = multiple(k, &p, &t).negate(k);
        assert!(g2::equal(k, &g2::psi(k, &p), &want));
        assert!(g2::equal(k, &g2::mul_parameter(k, &p), &want));
        assert!(g2::equal(k, &g2::psi_square(k, &p), &g2::psi(k, &g2::psi(k, &p))));
    }
}

#[test]
fn additions_are_right_for_all_pairs_of_special_points() {
    let k = FpLanes::consts();
    let mut random = Random(25);
    let p = blst_sum(&[g2_point(&random.scalar())]);
    let q = blst_sum(&[g2_point(&random.scalar())]);
    let twice = double(&p);
    let mut minus = p;
    unsafe { blst::blst_p2_cneg(&mut minus, true) };
    let list = [blst::blst_p2::default(), p, q, minus, twice];
    for a in &list {
        for b in &list {
            let mut want = blst::blst_p2::default();
            unsafe { blst::blst_p2_add_or_double(&mut want, a, b) };
            let (ours_a, ours_b) = (point(k, a), point(k, b));
            let mut scaled = ours_b;
            // Other representatives of the same point.
            let s = random.lanes(k);
            (scaled.x, scaled.y, scaled.z) = (
                fp2::mul(k, &scaled.x, &s),
                fp2::mul(k, &scaled.y, &s),
                fp2::mul(k, &scaled.z, &s),
            );
            let got = g2::to_affine(k, &sum(k, &ours_a, &scaled));
            assert_eq!(compressed(k, got.as_ref()), blst_compressed_point(&want));
            if let Some(affine) = g2::to_affine(k, &ours_b) {
                let mut mixed = ours_a;
                let pointer = &raw mut mixed;
                unsafe { G2::add_affine_into(k, pointer, pointer, &affine) };
                assert_eq!(
                    compressed(k, g2::to_affine(k, &mixed).as_ref()),
                    blst_compressed_point(&want)
                );
            }
        }
        for count in [1, 4, 5, 33] {
            let mut got = point(k, a);
            unsafe { G2::double_times(k, &raw mut got, count) };
            let mut want = *a;
            for _ in 0..count {
                want = double(&want);
            }
            assert_eq!(
                compressed(k, g2::to_affine(k, &got).as_ref()),
                blst_compressed_point(&want)
            );
        }
    }
}

fn double(a: &blst::blst_p2) -> blst::blst_p2 {
    let mut out = blst::blst_p2::default();
    unsafe { blst::blst_p2_double(&mut out, a) };
    out
}
fn blst_sum(list: &[blst::blst_p2_affine]) -> blst::blst_p2 {
    let mut out = blst::blst_p2::default();
    for a in list {
        let before = out;
        unsafe { blst::blst_p2_add_or_double_affine(&mut out, &before, a) };
    }
    out
}
fn point(k: &FpConsts, a: &blst::blst_p2) -> G2 {
    unsafe {
        if blst::blst_p2_is_inf(a) {
            return G2::infinity(k);
        }
        let mut affine = blst::blst_p2_affine::default();
        blst::blst_p2_to_affine(&mut affine, a);
        G2::from_affine(k, &g2_of(k, &affine))
    }
}

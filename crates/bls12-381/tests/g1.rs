//! Decoding, encoding, membership and batch additions in G1, against blst.

mod support;

use bls12_381::affine::{Adder, Addition};
use bls12_381::arena::Arena;
use bls12_381::fp::FpLanes;
use bls12_381::g1::{self, G1Affine, Status};
use bls12_381::lanes::Lanes2;
use blst::*;
use num_bigint::BigUint;
use support::*;

fn compressed(a: &blst_p1_affine) -> [u8; 48] {
    let mut out = [0; 48];
    unsafe { blst_p1_affine_compress(out.as_mut_ptr(), a) };
    out
}

fn add(a: &blst_p1_affine, b: &blst_p1_affine) -> blst_p1_affine {
    unsafe {
        let (mut p, mut q) = (blst_p1::default(), blst_p1::default());
        blst_p1_from_affine(&mut p, a);
        blst_p1_from_affine(&mut q, b);
        blst_p1_add_or_double(&mut p, &p, &q);
        let mut out = blst_p1_affine::default();
        blst_p1_to_affine(&mut out, &p);
        out
    }
}

fn decode(bytes: &[[u8; 48]], subgroup: bool) -> (Vec<G1Affine>, Vec<u8>, bool) {
    let k = FpLanes::consts();
    let mut points = vec![unsafe { core::mem::zeroed::<G1Affine>() }; bytes.len()];
    let mut statuses = vec![99u8; bytes.len()];
    let input: Vec<u8> = bytes.concat();
    let ok = unsafe {
        g1::decompress(
            k,
            input.as_ptr(),
            bytes.len(),
            subgroup,
            points.as_mut_ptr(),
            statuses.as_mut_ptr(),
        )
    };
    (points, statuses, ok)
}

fn encode(points: &[G1Affine]) -> Vec<[u8; 48]> {
    let mut out = vec![[0u8; 48]; points.len()];
    unsafe {
        g1::compress(FpLanes::consts(), points.as_ptr(), points.len(), out.as_mut_ptr() as *mut u8)
    };
    out
}

/// A point of the curve of the given order (3 or 11), or of any order for 0.
fn odd_point(order: u32, random: &mut Random) -> [u8; 48] {
    // Order of the curve over Fp: r (t - 1)^2 / 3, with t - 1 divisible by 3 and 11.
    let t1 = BigUint::from(bls12_381::constants::PARAMETER) + 1u32;
    let r = BigUint::parse_bytes(
        b"73eda753299d7d483339d80809a1d80553bda402fffe5bfeffffffff00000001",
        16,
    )
    .unwrap();
    let size = r * &t1 * &t1 / 3u32;
    loop {
        let mut bytes = random.bytes::<48>();
        bytes[0] = 0x80 | bytes[0] & 0x2f;
        unsafe {
            let mut a = blst_p1_affine::default();
            if blst_p1_uncompress(&mut a, bytes.as_ptr()) != BLST_ERROR::BLST_SUCCESS || order == 0
            {
                if order == 0 && decode(&[bytes], false).2 {
                    return bytes;
                }
                continue;
            }
            // Points of order q: [size / q^e] P for the full power q^e, then up to the last non-infinite.
            let mut rest = size.clone();
            while (&rest % order).bits() == 0 {
                rest /= order;
            }
            let mut p = blst_p1::default();
            blst_p1_from_affine(&mut p, &a);
            let scalar = rest.to_bytes_le();
            blst_p1_mult(&mut p, &p, scalar.as_ptr(), scalar.len() * 8);
            if blst_p1_is_inf(&p) {
                continue;
            }
            loop {
                let mut next = blst_p1::default();
                blst_p1_mult(&mut next, &p, [order as u8].as_ptr(), 8);
                if blst_p1_is_inf(&next) {
                    break;
                }
                p = next;
            }
            blst_p1_to_affine(&mut a, &p);
            return compressed(&a);
        }
    }
}

#[test]
fn decoding_and_encoding_agree_with_blst() {
    let mut random = Random(31);
    for count in [1, 2, 3, 8, 33] {
        let points: Vec<_> = (0..count).map(|_| g1_point(&random.scalar())).collect();
        let mut bytes: Vec<_> = points.iter().map(compressed).collect();
        if count > 2 {
            bytes[1] = [0; 48];
            bytes[1][0] = 0xc0;
        }
        let (decoded, statuses, ok) = decode(&bytes, true);
        assert!(ok);
        assert_eq!(encode(&decoded), bytes);
        for (i, status) in statuses.iter().enumerate() {
            assert_eq!(*status, (count > 2 && i == 1) as u8);
        }
        let mut plain = vec![0u8; 96 * count];
        let k = FpLanes::consts();
        let mut again = decoded.clone();
        unsafe {
            g1::write_uncompressed(k, decoded.as_ptr(), count, plain.as_mut_ptr());
            assert!(g1::read_uncompressed(k, plain.as_ptr(), count, true, again.as_mut_ptr()));
        }
        assert_eq!(encode(&again), bytes);
        for i in 0..count {
            let mut want = [0u8; 96];
            if count <= 2 || i != 1 {
                unsafe { blst_p1_affine_serialize(want.as_mut_ptr(), &points[i]) };
            }
            assert_eq!(plain[96 * i..][..96], want);
        }
    }
}

#[test]
fn every_bit_flip_of_an_encoding_is_judged_as_by_blst() {
    let mut random = Random(32);
    let good = compressed(&g1_point(&random.scalar()));
    let mut cases = vec![];
    for bit in 0..384 {
        let mut bytes = good;
        bytes[bit / 8] ^= 1 << (bit % 8);
        cases.push(bytes);
    }
    for _ in 0..600 {
        let mut bytes = random.bytes::<48>();
        bytes[0] = bytes[0] & 0x1f | 0x80;
        cases.push(bytes);
    }
    for flags in 0..=255u8 {
        let mut bytes = [0; 48];
        bytes[0] = flags;
        cases.push(bytes);
        bytes[47] = 1;
        cases.push(bytes);
    }
    let (points, statuses, _) = decode(&cases, true);
    let encoded = encode(&points);
    for (i, bytes) in cases.iter().enumerate() {
        unsafe {
            let mut a = blst_p1_affine::default();
            let verdict = blst_p1_uncompress(&mut a, bytes.as_ptr());
            let want = match verdict {
                BLST_ERROR::BLST_SUCCESS if blst_p1_affine_is_inf(&a) => vec![Status::Infinity],
                BLST_ERROR::BLST_SUCCESS if blst_p1_affine_in_g1(&a) => vec![Status::Finite],
                BLST_ERROR::BLST_SUCCESS => vec![Status::NotInSubgroup],
                BLST_ERROR::BLST_POINT_NOT_ON_CURVE => vec![Status::NotOnCurve],
                // x = 0: points of order 3, which blst reports before looking at the curve.
                BLST_ERROR::BLST_POINT_NOT_IN_GROUP => vec![Status::NotInSubgroup],
                _ => vec![Status::Flags, Status::NotCanonical],
            };
            assert!(
                want.iter().any(|w| *w as u8 == statuses[i]),
                "{bytes:02x?}: {} {want:?}",
                statuses[i]
            );
            if want == [Status::Finite] {
                assert_eq!(encoded[i], *bytes);
            } else {
                assert_eq!(encoded[i][0], 0xc0);
            }
        }
    }
}

#[test]
fn an_x_of_p_or_more_is_not_canonical() {
    let p = BigUint::parse_bytes(b"1a0111ea397fe69a4b1ba7b6434bacd764774b84f38512bf6730d2a0f6b0f6241eabfffeb153ffffb9feffffffffaaab", 16).unwrap();
    for add in [0u32, 1, 4] {
        let mut bytes: [u8; 48] = (&p + add).to_bytes_be().try_into().unwrap();
        bytes[0] |= 0x80;
        assert_eq!(decode(&[bytes], true).1[0], Status::NotCanonical as u8);
        let mut plain = vec![0u8; 96];
        plain[..48].copy_from_slice(&(&p + add).to_bytes_be());
        plain[95] = 2;
        let mut point = unsafe { core::mem::zeroed::<G1Affine>() };
        assert!(!unsafe {
            g1::read_uncompressed(FpLanes::consts(), plain.as_ptr(), 1, true, &mut point)
        });
    }
}

#[test]
fn points_outside_the_subgroup_are_refused_also_those_of_small_order() {
    let mut random = Random(33);
    let good = compressed(&g1_point(&random.scalar()));
    for order in [3, 11, 0] {
        for _ in 0..4 {
            let bytes = odd_point(order, &mut random);
            // Alone, and beside a member in either lane.
            assert_eq!(decode(&[bytes], true).1, [5]);
            assert_eq!(decode(&[bytes, good], true).1, [5, 0]);
            assert_eq!(decode(&[good, bytes], true).1, [0, 5]);
            assert_eq!(decode(&[good, bytes], false).1, [0, 0]);
        }
    }
}

#[test]
fn batch_additions_are_right_for_equal_opposite_and_common_pairs() {
    let mut random = Random(34);
    for case in 0..40 {
        let count = [1, 2, 3, 7, 64, 1023, 1024, 1025, 2600][case % 9];
        let mut memory = vec![0u128; 1 << 18];
        let mut arena = unsafe { Arena::new(memory.as_mut_ptr() as *mut u8, memory.len() * 16) };
        let adder = Adder::new(&mut arena);
        let pool: Vec<_> = (0..20).map(|_| g1_point(&random.scalar())).collect();
        let (points, ..) = decode(&pool.iter().map(compressed).collect::<Vec<_>>(), false);
        let base = arena.allocate_points(points.len() + count);
        for (i, p) in points.iter().enumerate() {
            unsafe { *arena.point(base + i as u32) = *p };
        }
        // Case parity decides whether exceptional pairs are rare or the rule.
        let choices = if case % 2 == 0 { 20 } else { 2 };
        let list: Vec<Addition> = (0..count)
            .map(|i| {
                let mut pick = || {
                    (base + (random.next() >> 20) as u32 % choices) << 1
                        | (random.next() >> 40) as u32 & 1
                };
                Addition { a: pick(), b: pick(), out: base + 20 + i as u32 }
            })
            .collect();
        let infinities = unsafe { adder.add(list.as_ptr(), count) };
        let got: Vec<G1Affine> =
            (0..count).map(|i| unsafe { *arena.point(base + 20 + i as u32) }).collect();
        let mut seen = false;
        for (addition, bytes) in list.iter().zip(encode(&got)) {
            let signed = |reference: u32| {
                let mut a = pool[((reference >> 1) - base) as usize];
                if reference & 1 == 1 {
                    unsafe { blst_fp_cneg(&mut a.y, &a.y, true) };
                }
                a
            };
            let want = compressed(&add(&signed(addition.a), &signed(addition.b)));
            assert_eq!(bytes, want);
            seen |= want[0] == 0xc0;
        }
        assert_eq!(infinities, seen);
    }
}

#[test]
fn batch_doublings_equal_those_of_blst() {
    let mut random = Random(35);
    for count in [1, 2, 5, 1024, 1500] {
        let mut memory = vec![0u128; 1 << 17];
        let mut arena = unsafe { Arena::new(memory.as_mut_ptr() as *mut u8, memory.len() * 16) };
        let adder = Adder::new(&mut arena);
        let pool: Vec<_> = (0..7).map(|_| g1_point(&random.scalar())).collect();
        let (points, ..) = decode(&pool.iter().map(compressed).collect::<Vec<_>>(), false);
        let base = arena.allocate_points(count);
        for i in 0..count {
            unsafe { *arena.point(base + i as u32) = points[i % 7] };
        }
        unsafe { adder.double(base, count) };
        let got: Vec<G1Affine> =
            (0..count).map(|i| unsafe { *arena.point(base + i as u32) }).collect();
        for (i, bytes) in encode(&got).iter().enumerate() {
            assert_eq!(*bytes, compressed(&add(&pool[i % 7], &pool[i % 7])));
        }
    }
}

#[test]
fn the_endomorphism_is_multiplication_by_the_square_of_the_parameter() {
    let k = FpLanes::consts();
    let beta = g1::beta(k);
    let one = FpLanes::one(k);
    let sum = beta.square(k).plus(k, &beta).plus(k, &one);
    assert_eq!(sum.is_zero(k), [true; 2]);
    assert_eq!(beta.equals(k, &one), [false; 2]);
    let mut random = Random(36);
    let point = g1_point(&random.scalar());
    let image = unsafe {
        let mut p = blst_p1::default();
        blst_p1_from_affine(&mut p, &point);
        let t2 = bls12_381::glv::EIGENVALUE.to_le_bytes();
        blst_p1_mult(&mut p, &p, t2.as_ptr(), 128);
        let mut out = blst_p1_affine::default();
        blst_p1_to_affine(&mut out, &p);
        out
    };
    let (points, ..) = decode(&[compressed(&point)], true);
    let p = unsafe { g1::load(&points[0], &points[0]) };
    let mut mapped = points[0];
    let target = &raw mut mapped;
    unsafe {
        p.x.mul(k, &beta).store(&raw mut (*target).x, &raw mut (*target).x);
        p.y.neg(k).store(&raw mut (*target).y, &raw mut (*target).y);
    }
    assert_eq!(encode(&[mapped])[0], compressed(&image));
}

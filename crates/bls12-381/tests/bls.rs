//! Keys, signatures, aggregates and batches against blst.

mod support;

use bls12_381::bls::{self, StoredG2};
use bls12_381::exports_bls as exports;
use bls12_381::fp::FpLanes;
use bls12_381::g1::{G1Affine, Status};
use bls12_381::lanes::Lanes2;
use blst::min_pk;
use std::mem::MaybeUninit;
use support::*;

const TAG: &[u8] = b"BLS_SIG_BLS12381G2_XMD:SHA-256_SSWU_RO_POP_";

/// Memory aligned as the exports want it.
fn room<T: Copy>(count: usize) -> Vec<T> {
    let mut out = Vec::with_capacity(count);
    for _ in 0..count {
        out.push(unsafe { MaybeUninit::<T>::zeroed().assume_init() });
    }
    out
}

fn secret(random: &mut Random) -> [u8; 32] {
    let mut out = random.bytes::<32>();
    out[0] &= 0x3f;
    out
}
fn blst_key(secret: &[u8; 32]) -> min_pk::SecretKey {
    min_pk::SecretKey::from_bytes(secret).unwrap()
}

struct Set {
    key: G1Affine,
    hash: StoredG2,
    signature: StoredG2,
}
fn decode_key(bytes: &[u8]) -> (G1Affine, u8) {
    let (mut key, mut status) = (room::<G1Affine>(1), [9]);
    unsafe { exports::bls_decode_keys(bytes.as_ptr(), 1, key.as_mut_ptr(), status.as_mut_ptr()) };
    (key[0], status[0])
}
fn decode_signature(bytes: &[u8]) -> (StoredG2, u8) {
    let (mut point, mut status) = (room::<StoredG2>(1), [9]);
    unsafe {
        exports::bls_decode_signatures(bytes.as_ptr(), 1, point.as_mut_ptr(), status.as_mut_ptr())
    };
    (point[0], status[0])
}
fn hash(message: &[u8]) -> StoredG2 {
    let mut out = room::<StoredG2>(1);
    unsafe {
        exports::bls_hash(
            message.as_ptr(),
            message.len(),
            TAG.as_ptr(),
            TAG.len(),
            out.as_mut_ptr(),
        )
    };
    out[0]
}
fn sets(random: &mut Random, count: usize) -> Vec<Set> {
    (0..count)
        .map(|i| {
            let secret = blst_key(&secret(random));
            let message = random.bytes::<40>();
            let signature = secret.sign(&message[..i % 41], TAG, &[]);
            Set {
                key: decode_key(&secret.sk_to_pk().to_bytes()).0,
                hash: hash(&message[..i % 41]),
                signature: decode_signature(&signature.to_bytes()).0,
            }
        })
        .collect()
}
fn verify_one(set: &Set) -> bool {
    unsafe { exports::bls_verify(&set.key, &set.hash, 1, &set.signature) == 1 }
}
fn verify_batch(random: &mut Random, sets: &[Set]) -> bool {
    let keys: Vec<G1Affine> = sets.iter().map(|s| s.key).collect();
    let hashes: Vec<StoredG2> = sets.iter().map(|s| s.hash).collect();
    let signatures: Vec<StoredG2> = sets.iter().map(|s| s.signature).collect();
    let weights: Vec<u8> = (0..16 * sets.len()).map(|_| (random.next() >> 32) as u8).collect();
    unsafe {
        exports::bls_verify_batch(
            keys.as_ptr(),
            hashes.as_ptr(),
            std::ptr::null(),
            signatures.as_ptr(),
            weights.as_ptr(),
            sets.len(),
        ) == 1
    }
}

/// r - n, big-endian.
fn order_minus(n: u64) -> [u8; 32] {
    let r = <bls12_381::constants::ScalarField as bls12_381::constants::Modulus>::WORDS;
    let words = bls12_381::words::subtract(&r, &[n, 0, 0, 0, 0, 0]);
    let mut out = [0; 32];
    unsafe { bls12_381::words::write_big_endian(&words, out.as_mut_ptr(), 32) };
    out
}
fn small(n: u64) -> [u8; 32] {
    let mut out = [0; 32];
    out[24..].copy_from_slice(&n.to_be_bytes());
    out
}

#[test]
fn keys_and_signatures_equal_those_of_blst_also_for_edge_secrets() {
    let mut random = Random(41);
    let t = bls12_381::constants::PARAMETER;
    let mut list = vec![
        small(1),
        small(2),
        small(3),
        small(t),
        small(t - 1),
        small(t + 1),
        order_minus(1),
        order_minus(2),
        order_minus(t),
    ];
    for high in [0x80u8, 0x40, 1] {
        let mut power = [0; 32];
        power[8] = high;
        list.push(power);
    }
    for _ in 0..30 {
        list.push(secret(&mut random));
    }
    for (i, secret) in list.iter().enumerate() {
        let message = random.bytes::<70>();
        let message = &message[..i % 70];
        let want = blst_key(secret);
        let (mut key, mut signature) = ([0; 48], [0; 96]);
        let mut copy = *secret;
        assert_eq!(unsafe { exports::bls_public_key(copy.as_mut_ptr(), key.as_mut_ptr()) }, 1);
        assert_eq!(copy, [0; 32], "wiped");
        assert_eq!(key, want.sk_to_pk().to_bytes(), "{secret:x?}");
        copy = *secret;
        let args = (message.as_ptr(), message.len(), TAG.as_ptr(), TAG.len());
        assert_eq!(
            unsafe {
                exports::bls_sign(
                    copy.as_mut_ptr(),
                    args.0,
                    args.1,
                    args.2,
                    args.3,
                    signature.as_mut_ptr(),
                )
            },
            1
        );
        assert_eq!(copy, [0; 32], "wiped");
        assert_eq!(signature, want.sign(message, TAG, &[]).to_bytes(), "{secret:x?}");
    }
    for mut bad in [small(0), order_minus(0), [0xff; 32]] {
        let mut out = [0; 96];
        assert_eq!(unsafe { exports::bls_public_key(bad.as_mut_ptr(), out.as_mut_ptr()) }, 0);
        assert_eq!(bad, [0; 32]);
        assert_eq!(out, [0; 96]);
    }
}

#[test]
fn a_signature_verifies_for_its_key_and_message_only() {
    let mut random = Random(42);
    let list = sets(&mut random, 8);
    for i in 0..list.len() {
        assert!(verify_one(&list[i]));
        let next = &list[(i + 1) % list.len()];
        assert!(!verify_one(&Set { key: next.key, ..list[i] }));
        assert!(!verify_one(&Set { hash: next.hash, ..list[i] }));
        assert!(!verify_one(&Set { signature: next.signature, ..list[i] }));
    }
    let infinity = room::<StoredG2>(1)[0];
    assert!(!verify_one(&Set { signature: infinity, ..list[0] }));
    assert!(!verify_one(&Set { hash: infinity, ..list[0] }));
    assert!(!verify_one(&Set { key: room::<G1Affine>(1)[0], ..list[0] }));
    assert_eq!(
        unsafe { exports::bls_verify(&list[0].key, &list[0].hash, 0, &list[0].signature) },
        0
    );
}

#[test]
fn aggregates_equal_those_of_blst_and_verify() {
    let k = FpLanes::consts();
    let mut random = Random(43);
    for count in [1usize, 2, 3, 31, 32, 33, 64] {
        let secrets: Vec<_> = (0..count).map(|_| blst_key(&secret(&mut random))).collect();
        let messages: Vec<[u8; 32]> = (0..count).map(|_| random.bytes()).collect();
        let common = random.bytes::<32>();
        let keys: Vec<G1Affine> =
            secrets.iter().map(|s| decode_key(&s.sk_to_pk().to_bytes()).0).collect();

        // One message.
        let publics: Vec<_> = secrets.iter().map(|s| s.sk_to_pk()).collect();
        let want =
            min_pk::AggregatePublicKey::aggregate(&publics.iter().collect::<Vec<_>>(), false)
                .unwrap();
        let mut key = room::<G1Affine>(1);
        assert_eq!(
            unsafe {
                exports::bls_aggregate_keys(
                    keys.as_ptr(),
                    std::ptr::null(),
                    count,
                    key.as_mut_ptr(),
                )
            },
            1
        );
        let mut bytes = [0; 48];
        unsafe { exports::bls_encode_keys(key.as_ptr(), 1, bytes.as_mut_ptr()) };
        assert_eq!(bytes, want.to_public_key().to_bytes());
        let order: Vec<u32> = (0..count as u32).rev().collect();
        let mut again = room::<G1Affine>(1);
        assert_eq!(
            unsafe {
                exports::bls_aggregate_keys(
                    keys.as_ptr(),
                    order.as_ptr(),
                    count,
                    again.as_mut_ptr(),
                )
            },
            1
        );
        unsafe { exports::bls_encode_keys(again.as_ptr(), 1, bytes.as_mut_ptr()) };
        assert_eq!(bytes, want.to_public_key().to_bytes());
        let aggregate = |list: &[min_pk::Signature]| {
            let bytes: Vec<u8> = list.iter().flat_map(|s| s.to_bytes()).collect();
            let (mut points, mut statuses) = (room::<StoredG2>(count), vec![9; count]);
            assert_eq!(
                unsafe {
                    exports::bls_decode_signatures(
                        bytes.as_ptr(),
                        count,
                        points.as_mut_ptr(),
                        statuses.as_mut_ptr(),
                    )
                },
                1
            );
            let mut out = room::<StoredG2>(1);
            assert_eq!(
                unsafe {
                    exports::bls_aggregate_signatures(points.as_ptr(), count, out.as_mut_ptr())
                },
                1
            );
            let want =
                min_pk::AggregateSignature::aggregate(&list.iter().collect::<Vec<_>>(), false)
                    .unwrap();
            assert_eq!(compressed(k, Some(&out[0])), want.to_signature().to_bytes());
            out[0]
        };
        let signature =
            aggregate(&secrets.iter().map(|s| s.sign(&common, TAG, &[])).collect::<Vec<_>>());
        assert!(verify_one(&Set { key: key[0], hash: hash(&common), signature }));
        assert!(!verify_one(&Set { key: key[0], hash: hash(b"other"), signature }));

        // Distinct messages.
        let signature = aggregate(
            &secrets.iter().zip(&messages).map(|(s, m)| s.sign(m, TAG, &[])).collect::<Vec<_>>(),
        );
        let mut hashes: Vec<StoredG2> = messages.iter().map(|m| hash(m)).collect();
        assert_eq!(
            unsafe { exports::bls_verify(keys.as_ptr(), hashes.as_ptr(), count, &signature) },
            1
        );
        hashes[count / 2] = hash(b"other");
        assert_eq!(
            unsafe { exports::bls_verify(keys.as_ptr(), hashes.as_ptr(), count, &signature) },
            0
        );
    }
}

#[test]
fn sums_that_cancel_or_repeat_are_right() {
    let k = FpLanes::consts();
    let mut random = Random(44);
    let secret = secret(&mut random);
    let mut negative = [0; 32];
    let mut scalar = blst::blst_scalar::default();
    unsafe {
        blst::blst_scalar_from_bendian(&mut scalar, secret.as_ptr());
        let zero = blst::blst_scalar::default();
        let mut difference = blst::blst_scalar::default();
        blst::blst_sk_sub_n_check(&mut difference, &zero, &scalar);
        blst::blst_bendian_from_scalar(negative.as_mut_ptr(), &difference);
    }
    let (a, b) = (blst_key(&secret), blst_key(&negative));
    let keys = [&a, &b].map(|s| decode_key(&s.sk_to_pk().to_bytes()).0);
    let points = [&a, &b].map(|s| decode_signature(&s.sign(b"m", TAG, &[]).to_bytes()).0);
    let mut key = room::<G1Affine>(1);
    let mut point = room::<StoredG2>(1);
    // P, -P, P, P: infinity in between, then doubling.
    for (indices, finite) in [
        (vec![0u32, 1], false),
        (vec![0, 0], true),
        (vec![0, 1, 0, 0], true),
        (vec![0, 0, 1, 1], false),
        (vec![0, 1, 0], true),
    ] {
        assert_eq!(
            unsafe {
                exports::bls_aggregate_keys(
                    keys.as_ptr(),
                    indices.as_ptr(),
                    indices.len(),
                    key.as_mut_ptr(),
                )
            },
            finite as u32
        );
        let list: Vec<StoredG2> = indices.iter().map(|i| points[*i as usize]).collect();
        assert_eq!(
            unsafe {
                exports::bls_aggregate_signatures(list.as_ptr(), list.len(), point.as_mut_ptr())
            },
            finite as u32
        );
        let mut sum = 0i64;
        indices.iter().for_each(|i| sum += 1 - 2 * *i as i64);
        let publics: Vec<_> = (0..sum).map(|_| a.sk_to_pk()).collect();
        let mut bytes = [0; 48];
        unsafe { exports::bls_encode_keys(key.as_ptr(), 1, bytes.as_mut_ptr()) };
        if finite {
            let want =
                min_pk::AggregatePublicKey::aggregate(&publics.iter().collect::<Vec<_>>(), false)
                    .unwrap();
            assert_eq!(bytes, want.to_public_key().to_bytes());
            let signatures: Vec<_> = (0..sum).map(|_| a.sign(b"m", TAG, &[])).collect();
            let want = min_pk::AggregateSignature::aggregate(
                &signatures.iter().collect::<Vec<_>>(),
                false,
            )
            .unwrap();
            assert_eq!(compressed(k, Some(&point[0])), want.to_signature().to_bytes());
        } else {
            assert_eq!(bytes[0], 0xc0);
            assert!(unsafe { bls::is_infinity(&point[0]) });
        }
    }
}

#[test]
fn batches_of_any_size_pass_whole_and_fail_with_one_wrong_member() {
    let mut random = Random(45);
    let mut list = sets(&mut random, 70);
    assert!(verify_batch(&mut random, &[]));
    for count in [1, 2, 3, 5, 16, 31, 32, 33, 64, 70] {
        assert!(verify_batch(&mut random, &list[..count]), "{count}");
        let wrong = random.next() as usize % count;
        let right = list[wrong].hash;
        list[wrong].hash = hash(b"wrong");
        assert!(!verify_batch(&mut random, &list[..count]), "{count}, member {wrong}");
        list[wrong].hash = right;
    }
    // Two errors that cancel in a plain sum of signatures.
    let (a, b) = (list[0].signature, list[1].signature);
    (list[0].signature, list[1].signature) = (b, a);
    assert!(!verify_batch(&mut random, &list[..2]));
    (list[0].signature, list[1].signature) = (a, b);
    list[4].signature = room::<StoredG2>(1)[0];
    assert!(!verify_batch(&mut random, &list[..8]));
}

#[test]
fn the_same_set_many_times_is_still_a_right_batch() {
    let mut random = Random(46);
    let one = sets(&mut random, 1).remove(0);
    let list: Vec<Set> = (0..9).map(|_| Set { ..one }).collect();
    assert!(verify_batch(&mut random, &list));
}

#[test]
fn entries_of_one_message_share_a_hash() {
    let mut random = Random(48);
    for groups in
        [vec![0u32], vec![0, 0], vec![0, 0, 1], vec![0, 1, 1, 1], vec![0, 0, 1, 2, 2], vec![0; 40]]
    {
        let messages = *groups.last().unwrap() as usize + 1;
        let hashes: Vec<StoredG2> = (0..messages).map(|i| hash(&[i as u8])).collect();
        let secrets: Vec<_> = groups.iter().map(|_| blst_key(&secret(&mut random))).collect();
        let keys: Vec<G1Affine> =
            secrets.iter().map(|s| decode_key(&s.sk_to_pk().to_bytes()).0).collect();
        let mut signatures: Vec<StoredG2> = (secrets.iter().zip(&groups))
            .map(|(s, g)| decode_signature(&s.sign(&[*g as u8], TAG, &[]).to_bytes()).0)
            .collect();
        let weights: Vec<u8> =
            (0..16 * groups.len()).map(|_| (random.next() >> 32) as u8).collect();
        let holds = |signatures: &[StoredG2], weights: &[u8]| unsafe {
            exports::bls_verify_batch(
                keys.as_ptr(),
                hashes.as_ptr(),
                groups.as_ptr(),
                signatures.as_ptr(),
                weights.as_ptr(),
                groups.len(),
            ) == 1
        };
        assert!(holds(&signatures, &weights), "{groups:?}");
        if groups.len() > 1 {
            // Two signatures exchanged: only their weights tell, equal ones do not.
            signatures.swap(0, 1);
            assert!(!holds(&signatures, &weights), "{groups:?}");
            let equal = vec![1; weights.len()];
            assert!(holds(&signatures, &equal), "{groups:?}");
        }
    }
}

#[test]
fn a_group_whose_weighted_keys_cancel_leaves_the_others_to_be_judged() {
    let mut random = Random(49);
    let (a, honest) = (secret(&mut random), blst_key(&secret(&mut random)));
    let r = <bls12_381::constants::ScalarField as bls12_381::constants::Modulus>::WORDS;
    let mut negative = [0; 32];
    let words = unsafe { bls12_381::words::read_big_endian(a.as_ptr(), 32) };
    unsafe {
        bls12_381::words::write_big_endian(
            &bls12_381::words::subtract(&r, &words),
            negative.as_mut_ptr(),
            32,
        )
    };
    let secrets = [blst_key(&a), blst_key(&negative), honest];
    let keys: Vec<G1Affine> =
        secrets.iter().map(|s| decode_key(&s.sk_to_pk().to_bytes()).0).collect();
    let hashes = [hash(b"0"), hash(b"1")];
    let sign = |i: usize, m: &[u8]| decode_signature(&secrets[i].sign(m, TAG, &[]).to_bytes()).0;
    let (groups, equal) = ([0u32, 0, 1], [1u8; 48]);
    for (last, expected) in [(sign(2, b"1"), true), (sign(2, b"0"), false)] {
        let signatures = [sign(0, b"0"), sign(1, b"0"), last];
        let args =
            (keys.as_ptr(), hashes.as_ptr(), groups.as_ptr(), signatures.as_ptr(), equal.as_ptr());
        let got = unsafe { exports::bls_verify_batch(args.0, args.1, args.2, args.3, args.4, 3) };
        assert_eq!(got == 1, expected);
        // Without the third the product is empty and the sum of signatures infinity: that holds.
        assert_eq!(
            unsafe { exports::bls_verify_batch(args.0, args.1, args.2, args.3, args.4, 2) },
            1
        );
    }
}

#[test]
fn bad_encodings_get_their_status() {
    let mut random = Random(47);
    let secret = blst_key(&secret(&mut random));
    let (key, signature) = (secret.sk_to_pk().to_bytes(), secret.sign(b"m", TAG, &[]).to_bytes());
    assert_eq!((decode_key(&key).1, decode_signature(&signature).1), (0, 0));
    let change = |bytes: &[u8], f: &dyn Fn(&mut Vec<u8>)| {
        let mut out = bytes.to_vec();
        f(&mut out);
        out
    };
    let infinity = |length: usize| change(&vec![0; length], &|b| b[0] = 0xc0);
    assert_eq!(
        (decode_key(&infinity(48)).1, decode_signature(&infinity(96)).1),
        (Status::Infinity as u8, Status::Infinity as u8)
    );
    let flags = |bytes: &[u8]| change(bytes, &|b| b[0] &= 0x7f);
    assert_eq!((decode_key(&flags(&key)).1, decode_signature(&flags(&signature)).1), (2, 2));
    let large = |bytes: &[u8]| change(bytes, &|b| b[..48].fill(0xff));
    let large = |bytes: &[u8]| change(&large(bytes), &|b| b[0] = 0x9f);
    assert_eq!((decode_key(&large(&key)).1, decode_signature(&large(&signature)).1), (3, 3));
    let mut seen = [0; 6];
    for _ in 0..200 {
        let bytes = change(&random.bytes::<96>(), &|b| b[0] = b[0] & 0x2f | 0x80);
        let status = (decode_key(&bytes[..48]).1, decode_signature(&bytes).1);
        assert!(status.0 != 0 && status.1 != 0);
        seen[status.0 as usize] += 1;
        seen[status.1 as usize] += 1;
    }
    assert!(seen[3] > 0 && seen[4] > 0 && seen[5] > 0);
}

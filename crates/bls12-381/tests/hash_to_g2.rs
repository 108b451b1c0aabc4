//! RFC 9380: expand_message_xmd, the map and the whole hash, against its vectors and blst.

mod support;

use bls12_381::fp::FpLanes;
use bls12_381::g2;
use bls12_381::hash_to_g2::{expand_message, hash_to_g2, map_to_g2};
use bls12_381::lanes::Lanes2;
use std::path::PathBuf;
use support::*;

fn blst_hash(message: &[u8], tag: &[u8]) -> [u8; 96] {
    let mut out = blst::blst_p2::default();
    unsafe {
        blst::blst_hash_to_g2(
            &mut out,
            message.as_ptr(),
            message.len(),
            tag.as_ptr(),
            tag.len(),
            std::ptr::null(),
            0,
        )
    };
    blst_compressed_point(&out)
}

#[test]
fn hashes_equal_those_of_blst_for_all_lengths_and_tags() {
    let k = FpLanes::consts();
    let mut random = Random(31);
    for i in 0..150usize {
        let message: Vec<u8> = (0..i * 3 % 210).map(|_| random.next() as u8).collect();
        let length = [0, 1, 43, 55, 64, 119, 254, 255, 256, 300][i % 10];
        let tag: Vec<u8> = (0..length).map(|_| random.next() as u8).collect();
        let got = g2::to_affine(k, &hash_to_g2(k, &message, &tag));
        assert!(g2::is_in_subgroup(k, &got.unwrap()));
        assert_eq!(compressed(k, got.as_ref()), blst_hash(&message, &tag), "case {i}");
    }
}

#[test]
fn maps_of_special_elements_equal_those_of_blst() {
    let k = FpLanes::consts();
    let mut random = Random(32);
    let p = bls12_381::words::subtract(
        &<bls12_381::constants::BaseField as bls12_381::constants::Modulus>::WORDS,
        &[0; 6],
    );
    let small = |n: u64| [n, 0, 0, 0, 0, 0];
    let minus = |n: u64| bls12_381::words::subtract(&p, &small(n));
    let mut list = vec![];
    for a in [small(0), small(1), minus(1), small(2), random.words()] {
        for b in [small(0), small(1), minus(1), random.words()] {
            list.push([a, b]);
        }
    }
    for u in &list {
        // Equal and opposite elements too.
        for v in [
            list[random.next() as usize % list.len()],
            *u,
            u.map(|w| if w == small(0) { w } else { bls12_381::words::subtract(&p, &w) }),
        ] {
            let field = |w: &[[u64; 6]; 2]| {
                let mut out = blst::blst_fp2::default();
                for i in 0..2 {
                    unsafe { blst::blst_fp_from_uint64(&mut out.fp[i], w[i].as_ptr()) };
                }
                out
            };
            let mut want = blst::blst_p2::default();
            unsafe { blst::blst_map_to_g2(&mut want, &field(u), &field(&v)) };
            let got = g2::to_affine(
                k,
                &map_to_g2(k, [&FpLanes::from_words(k, u), &FpLanes::from_words(k, &v)]),
            );
            assert_eq!(compressed(k, got.as_ref()), blst_compressed_point(&want), "{u:x?} {v:x?}");
        }
    }
}

/// The vectors' folder, or a printed line if it is absent.
fn vectors(name: &str) -> Option<String> {
    let folder = std::env::var("BARYCENTER_VECTORS").unwrap_or_default();
    let path = PathBuf::from(folder).join("bls/rfc9380").join(name);
    let text = std::fs::read_to_string(&path).ok();
    if text.is_none() {
        println!("vectors absent: {} (set BARYCENTER_VECTORS)", path.display());
    }
    text
}

/// Values of `"key": "value"` in order; the files are flat enough for that.
fn values(text: &str, key: &str) -> Vec<String> {
    let needle = format!("\"{key}\":");
    text.split(&needle).skip(1).map(|rest| rest.split('"').nth(1).unwrap().to_string()).collect()
}

fn unhex(text: &str) -> Vec<u8> {
    (0..text.len() / 2).map(|i| u8::from_str_radix(&text[2 * i..2 * i + 2], 16).unwrap()).collect()
}

#[test]
fn the_suite_vectors_of_rfc_9380_hold() {
    let Some(text) = vectors("BLS12381G2_XMD-SHA-256_SSWU_RO_.json") else { return };
    let tag = values(&text, "dst").remove(0);
    let messages = values(&text, "msg");
    let points: Vec<(String, String)> = text
        .split("\"P\":")
        .skip(1)
        .map(|rest| (values(rest, "x").remove(0), values(rest, "y").remove(0)))
        .collect();
    assert_eq!(messages.len(), points.len());
    assert!(messages.len() >= 5);
    let k = FpLanes::consts();
    for (message, (x, y)) in messages.iter().zip(points) {
        let got = g2::to_affine(k, &hash_to_g2(k, message.as_bytes(), tag.as_bytes())).unwrap();
        for (value, want) in [(got.x, x), (got.y, y)] {
            let words = value.to_words(k);
            let parts: Vec<&str> = want.split(',').collect();
            for i in 0..2 {
                let mut bytes = [0; 48];
                unsafe { bls12_381::words::write_big_endian(&words[i], bytes.as_mut_ptr(), 48) };
                assert_eq!(bytes.to_vec(), unhex(parts[i].trim_start_matches("0x")), "{message}");
            }
        }
    }
}

#[test]
fn the_vectors_of_expand_message_hold() {
    for name in ["expand_message_xmd_SHA256_38.json", "expand_message_xmd_SHA256_256.json"] {
        let Some(text) = vectors(name) else { return };
        let tag = values(&text, "DST").remove(0);
        let cases = values(&text, "msg").into_iter().zip(values(&text, "uniform_bytes"));
        let mut count = 0;
        for (message, output) in cases {
            let mut got = vec![0; output.len() / 2];
            expand_message(message.as_bytes(), tag.as_bytes(), &mut got);
            assert_eq!(got, unhex(&output), "{name}: {message}");
            count += 1;
        }
        assert!(count >= 10);
    }
}

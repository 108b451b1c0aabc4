//! Lines, Miller loop and final exponentiation.

mod support;

use bls12_381::fp::FpLanes;
use bls12_381::lanes::Lanes2;
use bls12_381::pairing::{self, FixedPair, LineTable, VariablePair};
use std::mem::MaybeUninit;
use support::*;

#[test]
fn a_product_of_pairings_is_one_exactly_when_the_exponents_cancel() {
    let k = FpLanes::consts();
    let mut random = Random(3);
    for _ in 0..10 {
        let (a, b, c) = (random.scalar(), random.scalar(), random.scalar());
        // e(aG, bH) e(-abG, H) = 1
        let mut product = blst::blst_scalar::default();
        unsafe { assert!(blst::blst_sk_mul_n_check(&mut product, &scalar(&a), &scalar(&b))) };
        let (pa, qb) = (g1_of(k, &g1_point(&a)), g2_of(k, &g2_point(&b)));
        let mut pab = g1_of(k, &g1_point(&product.b));
        pab.y = pab.y.neg(k);
        let one = {
            let mut s = [0; 32];
            s[0] = 1;
            s
        };
        let q = g2_of(k, &g2_point(&one));
        let qc = g2_of(k, &g2_point(&c));
        let variable = |p, q| VariablePair::new(k, p, q);
        let table = |q| {
            let mut t = Box::new(MaybeUninit::<LineTable>::uninit());
            unsafe { pairing::prepare(k, q, t.as_mut_ptr()) };
            unsafe { t.assume_init() }
        };
        let (tb, tq, tc) = (table(&qb), table(&q), table(&qc));
        let fixed = |p: &pairing::Evaluation, t: &Box<LineTable>| FixedPair { p: *p, lines: &**t };
        unsafe {
            assert!(pairing::product_is_one(k, &[], &mut [variable(&pa, &qb), variable(&pab, &q)]));
            assert!(!pairing::product_is_one(
                k,
                &[],
                &mut [variable(&pa, &qb), variable(&pab, &qc)]
            ));
            assert!(pairing::product_is_one(k, &[fixed(&pa, &tb), fixed(&pab, &tq)], &mut []));
            assert!(!pairing::product_is_one(k, &[fixed(&pa, &tb), fixed(&pab, &tc)], &mut []));
            assert!(pairing::product_is_one(k, &[fixed(&pa, &tb)], &mut [variable(&pab, &q)]));
            assert!(!pairing::product_is_one(k, &[fixed(&pa, &tb)], &mut []));
        }
    }
}

#[test]
fn the_exported_check_takes_infinity_in_every_place_and_refuses_bad_fixed_points() {
    use bls12_381::exports_bls as exports;
    use bls12_381::g1::{self, G1Affine};
    let k = FpLanes::consts();
    let mut random = Random(4);
    let (a, b) = (random.scalar(), random.scalar());
    let (p, q) = (g1_point(&a), g2_point(&b));
    // e(abG, H) = e(aG, bH)
    let mut product = blst::blst_scalar::default();
    unsafe { assert!(blst::blst_sk_mul_n_check(&mut product, &scalar(&a), &scalar(&b))) };
    let one = {
        let mut s = [0; 32];
        s[0] = 1;
        s
    };
    let stored = |p: &blst::blst_p1_affine, negative: bool| {
        let mut bytes = [0u8; 48];
        unsafe { blst::blst_p1_affine_compress(bytes.as_mut_ptr(), p) };
        if negative {
            bytes[0] ^= 0x20;
        }
        let mut out = MaybeUninit::<G1Affine>::uninit();
        let mut status = [9];
        unsafe {
            assert!(g1::decompress(
                k,
                bytes.as_ptr(),
                1,
                true,
                out.as_mut_ptr(),
                status.as_mut_ptr()
            ));
            out.assume_init()
        }
    };
    let infinity = {
        let mut out = MaybeUninit::<G1Affine>::uninit();
        unsafe {
            G1Affine::set_infinity(out.as_mut_ptr());
            out.assume_init()
        }
    };
    let table = |bytes: &[u8], uncompressed: u32| {
        let mut out = Box::new(MaybeUninit::<LineTable>::uninit());
        let status =
            unsafe { exports::pairing_prepare(bytes.as_ptr(), uncompressed, 1, out.as_mut_ptr()) };
        (status, out)
    };
    let (h, bh) = (g2_point(&one), q);
    let mut uncompressed = [0u8; 192];
    unsafe { blst::blst_p2_affine_serialize(uncompressed.as_mut_ptr(), &bh) };
    let (status_h, table_h) = table(&blst_compressed(&h), 0);
    let (status_bh, table_bh) = table(&uncompressed, 1);
    assert_eq!((status_h, status_bh), (0, 0));
    let check = |x: &G1Affine, y: &G1Affine| unsafe {
        exports::pairing_check(x, table_h.as_ptr(), y, table_bh.as_ptr())
    };
    let (abg, ag) = (stored(&g1_point(&product.b), false), stored(&p, true));
    assert_eq!(check(&abg, &ag), 1);
    assert_eq!(check(&ag, &abg), 0);
    assert_eq!(check(&abg, &infinity), 0);
    assert_eq!(check(&infinity, &ag), 0);
    assert_eq!(check(&infinity, &infinity), 1);

    let change = |at: usize, value: u8| {
        let mut out = uncompressed;
        out[at] ^= value;
        out
    };
    assert_eq!(table(&change(191, 1), 1).0, 4);
    assert_eq!(table(&change(0, 0xf0), 1).0, 3);
    assert_eq!(table(&[0; 192], 1).0, 1);
    let mut point = blst_compressed(&h);
    point[0] &= 0x7f;
    assert_eq!(table(&point, 0).0, 2);
    // On the curve, outside the subgroup: found by trying x = 1, 2, ...
    let outside = (1u8..).find_map(|x| {
        let mut bytes = [0; 96];
        (bytes[0], bytes[95]) = (0x80, x);
        (table(&bytes, 0).0 == 5).then_some(bytes)
    });
    let outside = outside.unwrap();
    let mut out = Box::new(MaybeUninit::<LineTable>::uninit());
    assert_eq!(
        unsafe { exports::pairing_prepare(outside.as_ptr(), 0, 0, out.as_mut_ptr()) },
        0,
        "unchecked on request"
    );
}

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
        let one = { let mut s = [0; 32]; s[0] = 1; s };
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
            assert!(!pairing::product_is_one(k, &[], &mut [variable(&pa, &qb), variable(&pab, &qc)]));
            assert!(pairing::product_is_one(k, &[fixed(&pa, &tb), fixed(&pab, &tq)], &mut []));
            assert!(!pairing::product_is_one(k, &[fixed(&pa, &tb), fixed(&pab, &tc)], &mut []));
            assert!(pairing::product_is_one(k, &[fixed(&pa, &tb)], &mut [variable(&pab, &q)]));
            assert!(!pairing::product_is_one(k, &[fixed(&pa, &tb)], &mut []));
        }
    }
}

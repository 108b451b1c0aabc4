//! Loops for measuring the tower, the pairing and hashing; only in builds with the feature `bench`.

use crate::curve::Affine;
use crate::fp::{FpConsts, FpLanes};
use crate::g2::{self, G2};
use crate::hash_to_g2;
use crate::lanes::Lanes2;
use crate::pairing::{self, Evaluation, FixedPair, LineTable, VariablePair};
use crate::tower::constants::constants;
use crate::tower::fp2;
use crate::tower::fp6::Fp6;
use crate::tower::fp12::Fp12;
use core::mem::MaybeUninit;

static mut TABLES: MaybeUninit<[LineTable; 2]> = MaybeUninit::uninit();

fn generator() -> (Evaluation, Affine) {
    let c = constants();
    (Evaluation { x: c.g1[0], y: c.g1[1] }, Affine { x: c.g2[0], y: c.g2[1] })
}
fn element(k: &FpConsts) -> Fp12 {
    let (p, q) = generator();
    let mut f = MaybeUninit::<Fp12>::uninit();
    unsafe {
        pairing::miller_loop(k, f.as_mut_ptr(), &[], &mut [VariablePair::new(k, &p, &q)]);
        f.assume_init()
    }
}

macro_rules! loops {
    ($($name:ident, $k:ident, $a:ident: $setup:expr => $body:expr;)*) => { $(
        #[unsafe(no_mangle)]
        pub extern "C" fn $name(n: u32) -> u32 {
            let $k = FpLanes::consts();
            let mut $a = $setup;
            for _ in 0..n {
                #[allow(unused_unsafe)]
                unsafe { $body };
            }
            core::hint::black_box(&$a);
            n
        }
    )* };
}
loops! {
    bench_fp2_mul, k, a: [constants().g2[0], constants().g2[1]] => { let p = &raw mut a[0]; fp2::mul_into(k, p, p, &a[1]) };
    bench_fp2_square, k, a: constants().g2[0] => { let p = &raw mut a; fp2::square_into(k, p, p) };
    bench_fp6_mul, k, a: element(k) => { let p = &raw mut a.c0; Fp6::mul_into(k, p, p, &a.c1) };
    bench_fp6_add, k, a: element(k) => { let p = &raw mut a.c0; Fp6::add_into(k, p, p, &a.c1) };
    bench_fp12_mul, k, a: [element(k), element(k)] => { let p = &raw mut a[0]; Fp12::mul_into(k, p, p, &a[1]) };
    bench_fp12_square, k, a: element(k) => { let p = &raw mut a; Fp12::square_into(k, p, p) };
    bench_fp12_line, k, a: element(k) => { let p = &raw mut a; let c = constants(); Fp12::mul_line(k, p, &c.g2[0], &c.g2[1], &c.psi_x) };
    bench_fp12_line_scaled, k, a: element(k) => { let p = &raw mut a; let c = constants(); Fp12::mul_line_scaled(k, p, &c.g2[0], &c.g2[1], &c.g1[0]) };
    bench_cyclotomic_square, k, a: element(k) => { let p = &raw mut a; Fp12::cyclotomic_square(k, p) };
    bench_final_exponentiation, k, a: element(k) => { let p = &raw mut a; pairing::final_exponentiation(k, p) };
    bench_g2_double, k, a: G2::from_affine(k, &generator().1) => { G2::double(k, &raw mut a) };
    bench_g2_add, k, a: G2::from_affine(k, &generator().1) => { let p = &raw mut a; G2::add_into(k, p, p, p) };
    bench_g2_mul_parameter, k, a: G2::from_affine(k, &generator().1) => { a = g2::mul_parameter(k, &a) };
    bench_g2_subgroup, k, a: generator().1 => { core::hint::black_box(g2::is_in_subgroup(k, &a)); let t = a.negate(k); a = t };
    bench_g2_clear, k, a: G2::from_affine(k, &generator().1) => { a = g2::clear_cofactor(k, &a) };
    bench_g2_roots, k, a: [generator().1.x, generator().1.y] => { a = fp2::roots(k, [&a[0], &a[1]], &constants().half).0 };
    bench_inverse_root, k, a: generator().1.x => { a = fp2::inverse_root(k, &a) };
    bench_fp2_invert, k, a: generator().1.x => { a = fp2::invert(k, &a) };
    bench_hash, k, a: [1u8; 32] => { a[0] ^= 1; core::hint::black_box(hash_to_g2::hash_to_g2(k, &a, b"BLS_SIG_BLS12381G2_XMD:SHA-256_SSWU_RO_POP_")); };
    bench_map_two, k, a: generator().1 => { a = hash_to_g2::map_two(k, [&a.x, &a.y])[0] };
    bench_prepare, k, a: generator().1 => { pairing::prepare(k, &a, &raw mut TABLES as *mut LineTable); let t = a.negate(k); a = t };
    bench_pairs_fixed, k, a: { let (p, q) = generator(); unsafe { let t = &raw mut TABLES as *mut LineTable; pairing::prepare(k, &q, t); pairing::prepare(k, &q.negate(k), t.add(1)); [FixedPair { p, lines: t }, FixedPair { p, lines: t.add(1) }] } } => {
        if !pairing::product_is_one(k, &a, &mut []) { return 0; }
        let t = a[0].p.y.neg(k); a[0].p.y = t; a[1].p.y = t;
    };
    bench_pairs_variable, k, a: { let (p, q) = generator(); (p, q, q.negate(k)) } => {
        if !pairing::product_is_one(k, &[], &mut [VariablePair::new(k, &a.0, &a.1), VariablePair::new(k, &a.0, &a.2)]) { return 0; }
        let t = a.0.y.neg(k); a.0.y = t;
    };
}

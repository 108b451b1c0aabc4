//! Field operations of the chosen back end against big integers.

use bls12_381::constants::{BaseField, Modulus, PARAMETER, ScalarField};
use bls12_381::fp::{self, FpLanes};
use bls12_381::lanes::Lanes2;
use bls12_381::lanes::fma::Fma;
use bls12_381::lanes::scalar::Scalar;
use bls12_381::lanes::wide::Wide;
use bls12_381::words::Words;
use num_bigint::{BigInt, BigUint};

/// xorshift64*: fixed seeds, so every failure repeats.
struct Random(u64);
impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }
    fn below(&mut self, p: &BigUint) -> BigUint {
        let digits: Vec<u32> = (0..14).map(|_| (self.next() >> 32) as u32).collect();
        BigUint::new(digits) % p
    }
}

fn big(w: &Words) -> BigUint {
    BigUint::new(w.iter().flat_map(|x| [*x as u32, (*x >> 32) as u32]).collect())
}
fn words(a: &BigUint) -> Words {
    let mut out = [0; 6];
    for (i, d) in a.to_u64_digits().into_iter().enumerate() {
        out[i] = d;
    }
    out
}

/// Random elements and the edges: small, p - small, powers of two, all-ones limbs of 30 and 51 bits.
fn samples(p: &BigUint, count: usize) -> Vec<BigUint> {
    let one = BigUint::from(1u32);
    let mut out = vec![
        BigUint::from(0u32),
        one.clone(),
        BigUint::from(2u32),
        p - 1u32,
        p - 2u32,
        p >> 1,
        (p >> 1) + 1u32,
    ];
    for bits in 0..p.bits() {
        out.push((&one << bits) % p);
        out.push(((&one << bits) - 1u32) % p);
    }
    let mut random = Random(7);
    for _ in 0..count {
        out.push(random.below(p));
    }
    out
}

fn laws<M: Modulus, F: Lanes2>() {
    let p = big(&M::WORDS);
    let k = F::consts();
    let list = samples(&p, 600);
    let mut random = Random(11);
    for i in 0..4000 {
        let pick = |r: &mut Random| list[r.next() as usize % list.len()].clone();
        let (a, b) =
            ([pick(&mut random), pick(&mut random)], [pick(&mut random), pick(&mut random)]);
        let fa = F::from_words(k, &[words(&a[0]), words(&a[1])]);
        let fb = F::from_words(k, &[words(&b[0]), words(&b[1])]);
        let check = |got: F, want: [BigUint; 2], what: &str| {
            let got = got.to_words(k).map(|w| big(&w));
            assert_eq!(got, want, "{what}, case {i}: a = {a:x?}, b = {b:x?}");
        };
        let both = |f: &dyn Fn(&BigUint, &BigUint) -> BigUint| [f(&a[0], &b[0]), f(&a[1], &b[1])];
        check(fa, both(&|a, _| a.clone()), "round trip");
        check(fa.mul(k, &fb), both(&|a, b| a * b % &p), "product");
        check(fa.square(k), both(&|a, _| a * a % &p), "square");
        check(fa.plus(k, &fb), both(&|a, b| (a + b) % &p), "sum");
        check(fa.minus(k, &fb), both(&|a, b| (a + &p - b) % &p), "difference");
        check(fa.neg(k), both(&|a, _| (&p - a) % &p), "negation");
        check(fa.negate_if(k, [0, 1]), [a[0].clone(), (&p - &a[1]) % &p], "negation of lane 1");
        check(
            fb.mul_loose(k, &fa.sub(k, &fb)),
            both(&|a, b| (a + &p - b) * b % &p),
            "loose product",
        );
        check(
            fb.mul_loose(k, &F::loose_sub(k, &fa.sub(k, &fb), &fb)),
            both(&|a, b| (a + &p + &p - b - b) * b % &p),
            "loose product, three terms",
        );
        check(
            fb.mul_loose(k, &F::loose_add(k, &fa.add(k, &fb), &fb)),
            both(&|a, b| (a + b + b) * b % &p),
            "loose product, three summands",
        );
        check(
            F::sum_of_products(k, &fa, &fb, &fa, &fa),
            both(&|a, b| (a * b + a * a) % &p),
            "sum of products",
        );
        check(fa.swap(), [a[1].clone(), a[0].clone()], "swap");
        check(fa.low(&fb), [a[0].clone(), b[0].clone()], "low");
        check(fa.high(&fb), [a[1].clone(), b[1].clone()], "high");
        check(fa.mix(&fb), [a[0].clone(), b[1].clone()], "mix");
        let zero = BigUint::from(0u32);
        assert_eq!(fa.is_zero(k), [a[0] == zero, a[1] == zero]);
        assert_eq!(fa.equals(k, &fb), [a[0] == b[0], a[1] == b[1]]);
        // Long chains reach the bounds of the redundant forms.
        let mut x = fa;
        let mut want = a.clone();
        for _ in 0..6 {
            x = x.mul(k, &fb).plus(k, &x).minus(k, &fb).square(k);
            for l in 0..2 {
                let t = &want[l] * &b[l] + &want[l] + &p - &b[l];
                want[l] = &t * &t % &p;
            }
        }
        check(x, want, "chain");
    }
}

#[test]
fn base_field_operations_of_every_back_end_equal_those_of_big_integers() {
    laws::<BaseField, Scalar<BaseField, 13>>();
    laws::<BaseField, Wide<BaseField, 6>>();
    laws::<BaseField, Fma<BaseField, 8>>();
}

#[test]
fn scalar_field_operations_of_every_back_end_equal_those_of_big_integers() {
    laws::<ScalarField, Scalar<ScalarField, 9>>();
    laws::<ScalarField, Wide<ScalarField, 4>>();
    laws::<ScalarField, Fma<ScalarField, 5>>();
}

/// Sums over encoded elements, of every length around the groups that share a reduction, with the
/// largest elements and factors among them; and elements as they stand.
fn laws_of_encoded_elements<F: Lanes2>() {
    let p = big(&ScalarField::WORDS);
    let k = F::consts();
    let list = samples(&p, 600);
    let largest = [&p - 1u32, p.clone() >> 1, (&p >> 1) + 1u32];
    let mut random = Random(13);
    for count in (0..40).chain([255, 2048]) {
        let pick = |r: &mut Random| match count % 3 {
            0 => largest[r.next() as usize % 3].clone(),
            _ => list[r.next() as usize % list.len()].clone(),
        };
        let elements: Vec<BigUint> = (0..2 * count).map(|_| pick(&mut random)).collect();
        let factors: Vec<BigUint> = (0..2 * count).map(|_| pick(&mut random)).collect();
        let mut bytes = vec![0u8; 64 * count];
        for (i, x) in elements.iter().enumerate() {
            let encoded = x.to_bytes_be();
            bytes[32 * (i + 1) - encoded.len()..32 * (i + 1)].copy_from_slice(&encoded);
        }
        let lanes: Vec<F> = factors
            .chunks_exact(2)
            .map(|pair| F::from_words(k, &[words(&pair[0]), words(&pair[1])]))
            .collect();
        let sum = unsafe { F::sum_of_bytes_times(k, bytes.as_ptr(), count, lanes.as_ptr()) };
        // Plain elements times values in Montgomery form are plain.
        let want = [0, 1].map(|l| (0..count).map(|i| &elements[2 * i + l] * &factors[2 * i + l]).sum::<BigUint>() % &p);
        assert_eq!(sum.residues(k).map(|w| big(&w)), want, "count {count}");
        let mut out = vec![0u8; 64 * count];
        let one = F::one(k);
        for i in 0..count {
            unsafe {
                let plain = F::from_bytes_times(k, bytes.as_ptr().add(64 * i), &one);
                plain.write_residues(k, out.as_mut_ptr().add(64 * i));
            }
        }
        assert_eq!(out, bytes, "count {count}");
    }
}

#[test]
fn sums_over_encoded_elements_equal_those_of_big_integers() {
    laws_of_encoded_elements::<Scalar<ScalarField, 9>>();
    laws_of_encoded_elements::<Wide<ScalarField, 4>>();
    laws_of_encoded_elements::<Fma<ScalarField, 5>>();
}

#[test]
fn moduli_follow_from_the_curve_parameter() {
    let t = -BigInt::from(PARAMETER);
    let r = t.pow(4) - t.pow(2) + BigInt::from(1);
    let p = (&t - BigInt::from(1)).pow(2) / BigInt::from(3) * &r + &t;
    assert_eq!(p.to_biguint().unwrap(), big(&BaseField::WORDS));
    assert_eq!(r.to_biguint().unwrap(), big(&ScalarField::WORDS));
}

#[test]
fn roots_and_inverses_are_what_their_products_say() {
    let k = FpLanes::consts();
    let p = big(&BaseField::WORDS);
    let list = samples(&p, 100);
    for pair in list.chunks_exact(2) {
        let a = FpLanes::from_words(k, &[words(&pair[0]), words(&pair[1])]);
        let zero = a.is_zero(k);
        for inverse in [fp::invert(k, &a), fp::invert_fermat(k, &a)] {
            let product = inverse.mul(k, &a);
            let one = product.equals(k, &FpLanes::one(k));
            assert_eq!(one, zero.map(|z| !z), "{pair:x?}");
            assert_eq!(product.is_zero(k), zero, "{pair:x?}");
        }
        let (root, ok) = fp::sqrt(k, &a.square(k));
        assert_eq!(ok, [true; 2]);
        for l in 0..2 {
            assert!(root.equals(k, &a)[l] || root.equals(k, &a.neg(k))[l]);
        }
        // -1 is not a square, so of a and -a exactly one is (0 apart).
        let (plus, minus) = (fp::sqrt(k, &a).1, fp::sqrt(k, &a.neg(k)).1);
        for l in 0..2 {
            assert!(zero[l] || plus[l] != minus[l]);
        }
    }
}

#[test]
fn integer_inverses_times_their_argument_are_one() {
    fn law<M: Modulus>() {
        let p = big(&M::WORDS);
        for a in samples(&p, 2000) {
            let inverse = big(&bls12_381::inverse::invert::<M>(&words(&a)));
            let want = if a == BigUint::from(0u32) { a.clone() } else { BigUint::from(1u32) };
            assert!(inverse < p, "{a:x}");
            assert_eq!(&inverse * &a % &p, want, "{a:x}");
        }
    }
    law::<BaseField>();
    law::<ScalarField>();
}

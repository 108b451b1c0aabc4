//! Transforms against evaluation of polynomials at every point.

use bls12_381::arena::Arena;
use bls12_381::constants::{Modulus, ScalarField};
use bls12_381::fr::FrLanes;
use bls12_381::lanes::Lanes2;
use bls12_381::ntt::{self, Roots};
use bls12_381::words::Words;
use num_bigint::BigUint;

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
fn reversed(i: usize, log: u32) -> usize {
    if log == 0 { 0 } else { i.reverse_bits() >> (usize::BITS - log) }
}

struct Workplace {
    _memory: Vec<u128>,
    roots: Roots,
    r: BigUint,
}
fn workplace() -> Workplace {
    let mut memory = vec![0u128; 1 << 16];
    let mut arena = unsafe { Arena::new(memory.as_mut_ptr() as *mut u8, memory.len() * 16) };
    let mut roots = Roots::new(&mut arena);
    roots.prepare(FrLanes::consts());
    Workplace { _memory: memory, roots, r: big(&ScalarField::WORDS) }
}
impl Workplace {
    /// Root of unity of order 2^log to the power bit-reversed i.
    fn point(&self, log: u32, i: usize) -> BigUint {
        let w = BigUint::from(7u32).modpow(&((&self.r - 1u32) >> log), &self.r);
        w.modpow(&BigUint::from(reversed(i, log)), &self.r)
    }
    fn evaluate(&self, coefficients: &[BigUint], x: &BigUint) -> BigUint {
        coefficients.iter().rev().fold(BigUint::from(0u32), |sum, c| (sum * x + c) % &self.r)
    }
}

fn random(seed: u64, count: usize, r: &BigUint) -> Vec<BigUint> {
    let mut state = seed;
    (0..count)
        .map(|_| {
            let digits = (0..10)
                .map(|_| {
                    state ^= state << 13;
                    state ^= state >> 7;
                    state ^= state << 17;
                    state as u32
                })
                .collect();
            BigUint::new(digits) % r
        })
        .collect()
}

fn vectors(a: &[BigUint]) -> Vec<FrLanes> {
    a.chunks(2)
        .map(|p| FrLanes::from_words(FrLanes::consts(), &[words(&p[0]), words(&p[1])]))
        .collect()
}
fn integers(a: &[FrLanes]) -> Vec<BigUint> {
    a.iter().flat_map(|v| v.to_words(FrLanes::consts()).map(|w| big(&w))).collect()
}

#[test]
fn transforms_are_values_at_the_points_of_their_node() {
    let w = workplace();
    let k = FrLanes::consts();
    // (log of size, level of node, block)
    for (log, level, block) in [
        (2, 0, 0),
        (3, 0, 0),
        (6, 0, 0),
        (6, 7, 0),
        (6, 7, 1),
        (6, 7, 97),
        (5, 1, 1),
        (4, 2, 3),
        (8, 5, 31),
    ] {
        let coefficients = random(5 + log as u64, 1 << log, &w.r);
        let mut data = vectors(&coefficients);
        unsafe { ntt::forward(k, &w.roots, data.as_mut_ptr(), log, block) };
        let want: Vec<_> = (0..1usize << log)
            .map(|i| w.evaluate(&coefficients, &w.point(log + level, (block << log) + i)))
            .collect();
        assert_eq!(integers(&data), want, "log {log}, node ({level}, {block})");
        unsafe { ntt::inverse(k, &w.roots, data.as_mut_ptr(), log, block) };
        let scale = ntt::inverse_size(k, log);
        let back: Vec<_> = data.iter().map(|v| v.mul(k, &scale)).collect();
        assert_eq!(integers(&back), coefficients, "inverse, log {log}, node ({level}, {block})");
    }
}

#[test]
fn transforms_of_rows_do_every_column() {
    let w = workplace();
    let k = FrLanes::consts();
    let (log, width, block) = (3u32, 3usize, 5usize);
    let elements = random(9, (1 << log) * width * 2, &w.r);
    let mut data = vectors(&elements);
    unsafe { ntt::forward_rows(k, &w.roots, data.as_mut_ptr(), log, block, width) };
    let got = integers(&data);
    for column in 0..2 * width {
        let coefficients: Vec<_> =
            (0..1 << log).map(|row| elements[row * 2 * width + column].clone()).collect();
        for row in 0..1usize << log {
            let point = w.point(log + 3, (block << log) + row);
            assert_eq!(got[row * 2 * width + column], w.evaluate(&coefficients, &point));
        }
    }
    unsafe { ntt::inverse_rows(k, &w.roots, data.as_mut_ptr(), log, block, width) };
    let scale = ntt::inverse_size(k, log);
    let back: Vec<_> = data.iter().map(|v| v.mul(k, &scale)).collect();
    assert_eq!(integers(&back), elements);
}

#[test]
fn leaves_are_the_roots_of_unity_in_reversed_order() {
    let w = workplace();
    let k = FrLanes::consts();
    for b in [0, 1, 2, 77, 2047] {
        let got = w.roots.leaves(k, b).to_words(k).map(|x| big(&x));
        assert_eq!(got, [w.point(12, 2 * b), w.point(12, 2 * b + 1)]);
    }
}

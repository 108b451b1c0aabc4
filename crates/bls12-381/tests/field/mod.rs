//! Big-integer references for polynomials over the scalar field.
#![allow(dead_code)]

use bls12_381::constants::{Modulus, ScalarField};
use num_bigint::BigUint;

pub struct Reference {
    pub r: BigUint,
    state: u64,
}

pub fn reversed(i: usize, log: u32) -> usize {
    if log == 0 { 0 } else { i.reverse_bits() >> (usize::BITS - log) }
}

impl Reference {
    pub fn new(seed: u64) -> Self {
        let r = BigUint::new(
            ScalarField::WORDS.iter().flat_map(|x| [*x as u32, (*x >> 32) as u32]).collect(),
        );
        Self { r, state: seed }
    }
    pub fn next(&mut self) -> u64 {
        self.state ^= self.state << 13;
        self.state ^= self.state >> 7;
        self.state ^= self.state << 17;
        self.state
    }
    pub fn element(&mut self) -> BigUint {
        let digits = (0..10).map(|_| (self.next() >> 16) as u32).collect();
        BigUint::new(digits) % &self.r
    }
    pub fn elements(&mut self, count: usize) -> Vec<BigUint> {
        (0..count).map(|_| self.element()).collect()
    }
    pub fn root(&self, log: u32) -> BigUint {
        BigUint::from(7u32).modpow(&((&self.r - 1u32) >> log), &self.r)
    }
    pub fn inverse(&self, a: &BigUint) -> BigUint {
        a.modpow(&(&self.r - 2u32), &self.r)
    }
    pub fn evaluate(&self, coefficients: &[BigUint], x: &BigUint) -> BigUint {
        coefficients.iter().rev().fold(BigUint::from(0u32), |sum, c| (sum * x + c) % &self.r)
    }
    /// Values at w^0, w^1, ... by the textbook recursion.
    pub fn fft(&self, coefficients: &[BigUint], w: &BigUint) -> Vec<BigUint> {
        let n = coefficients.len();
        if n == 1 {
            return coefficients.to_vec();
        }
        let square = w * w % &self.r;
        let even: Vec<_> = coefficients.iter().step_by(2).cloned().collect();
        let odd: Vec<_> = coefficients.iter().skip(1).step_by(2).cloned().collect();
        let (even, odd) = (self.fft(&even, &square), self.fft(&odd, &square));
        let mut out = vec![BigUint::from(0u32); n];
        let mut power = BigUint::from(1u32);
        for i in 0..n / 2 {
            let t = &power * &odd[i] % &self.r;
            out[i] = (&even[i] + &t) % &self.r;
            out[i + n / 2] = (&even[i] + &self.r - &t) % &self.r;
            power = power * w % &self.r;
        }
        out
    }
    /// Values on 2^log points in bit-reversed order.
    pub fn values(&self, coefficients: &[BigUint], log: u32) -> Vec<BigUint> {
        let mut padded = coefficients.to_vec();
        padded.resize(1 << log, BigUint::from(0u32));
        let natural = self.fft(&padded, &self.root(log));
        (0..1usize << log).map(|i| natural[reversed(i, log)].clone()).collect()
    }
    /// Coefficients of the polynomial with these values in bit-reversed order.
    pub fn interpolate(&self, values: &[BigUint]) -> Vec<BigUint> {
        let log = values.len().ilog2();
        let natural: Vec<_> = (0..values.len()).map(|i| values[reversed(i, log)].clone()).collect();
        let scale = self.inverse(&BigUint::from(values.len()));
        let out = self.fft(&natural, &self.inverse(&self.root(log)));
        out.iter().map(|c| c * &scale % &self.r).collect()
    }
}

pub fn to_bytes(a: &BigUint) -> [u8; 32] {
    let bytes = a.to_bytes_be();
    let mut out = [0; 32];
    out[32 - bytes.len()..].copy_from_slice(&bytes);
    out
}
pub fn bytes(a: &[BigUint]) -> Vec<u8> {
    a.iter().flat_map(to_bytes).collect()
}
pub fn integers(bytes: &[u8]) -> Vec<BigUint> {
    bytes.chunks(32).map(BigUint::from_bytes_be).collect()
}

//! Slots, tables and work memory for the kernels, and fixed random bytes.
#![allow(dead_code)]
use erasure::code::Code;
use erasure::combine::Combination;
use erasure::field::{Field, Kind};
use erasure::{encoding, recovery};

/// xorshift32.
pub struct Random(pub u32);

impl Random {
    pub fn next(&mut self) -> u32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 17;
        self.0 ^= self.0 << 5;
        self.0
    }

    pub fn below(&mut self, n: usize) -> usize {
        self.next() as usize % n
    }

    pub fn bytes(&mut self, n: usize) -> Vec<u8> {
        (0..n).map(|_| self.next() as u8).collect()
    }

    /// `count` of 0..n, ascending.
    pub fn choose(&mut self, count: usize, n: usize) -> Vec<u32> {
        let mut all: Vec<u32> = (0..n as u32).collect();
        for i in 0..count {
            let other = i + self.below(n - i);
            all.swap(i, other);
        }
        all.truncate(count);
        all.sort();
        all
    }
}

/// A field whose tables live as long as the process.
pub fn field(kind: Kind) -> Field {
    let tables = Box::leak(vec![0u128; kind.table_bytes() / 16 + 1].into_boxed_slice());
    unsafe {
        let field = Field::build(kind, tables.as_mut_ptr().cast());
        field.build_logarithms();
        field
    }
}

/// The product of two elements by their logarithms.
pub fn multiply(field: &Field, a: u16, b: u16) -> u16 {
    if a == 0 || b == 0 {
        return 0;
    }
    field.exp((field.log(a.into()) + field.log(b.into())) % field.modulus())
}

pub struct Shards {
    pub code: Code,
    memory: Vec<u8>,
    work: Vec<u64>,
    pub bytes: usize,
}

impl Shards {
    pub fn new(field: Field, low_rate: bool, k: usize, m: usize, bytes: usize) -> Shards {
        let stride = bytes | 64;
        let mut memory = vec![0xEE; stride * (k + m)];
        let code = Code { field, low_rate, k, m, slots: memory.as_mut_ptr(), stride };
        let work = vec![0xEEEE_EEEE_EEEE_EEEE; recovery::work_bytes(&code, bytes).div_ceil(8)];
        Shards { code, memory, work, bytes }
    }

    pub fn get(&self, i: usize) -> &[u8] {
        &self.memory[i * self.code.stride..][..self.bytes]
    }

    pub fn set(&mut self, i: usize, shard: &[u8]) {
        self.memory[i * self.code.stride..][..self.bytes].copy_from_slice(shard);
    }

    pub fn encode(&mut self) {
        unsafe { encoding::encode(&self.code, self.bytes, self.work.as_mut_ptr().cast()) }
    }

    pub fn recover(&mut self, present: &[u8], wanted: &[u32]) {
        unsafe {
            recovery::recover(
                &self.code,
                present,
                wanted,
                self.bytes,
                self.work.as_mut_ptr().cast(),
            )
        }
    }

    pub fn coefficients(&mut self, sources: &[u32], wanted: &[u32]) -> Vec<u16> {
        let mut out = vec![0; sources.len() * wanted.len()];
        unsafe {
            recovery::coefficients(
                &self.code,
                sources,
                wanted,
                out.as_mut_ptr(),
                self.work.as_mut_ptr().cast(),
            )
        };
        out
    }

    pub fn combine(&mut self, targets: &[u32], sources: &[u32], coefficients: &[u16], add: bool) {
        let Code { field, slots, stride, .. } = self.code;
        let bytes = self.bytes;
        unsafe {
            Combination { field, slots, stride, targets, sources, coefficients, bytes, add }.run()
        }
    }

    pub fn all(&self) -> Vec<Vec<u8>> {
        (0..self.code.k + self.code.m).map(|i| self.get(i).to_vec()).collect()
    }
}

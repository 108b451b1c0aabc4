//! Leopard's codes: which shard is the value at which point, and where it lies.
//!
//! With chunk = nextPow2(m), high rate: parity i at point i, data i at chunk + i, zeros behind the
//! data. With chunk = nextPow2(k), low rate (reed-solomon-simd): data i at point i, zeros up to chunk,
//! parity i at chunk + i. The polynomial through all n points (n the next power of two) has n - chunk
//! coefficients in the first case, chunk in the second.
//!
//! Shards are treated in columns of `column_bytes`, so that the rows at work stay in cache.
use crate::butterfly::BLOCK;
use crate::field::Field;

/// A code and where its shards lie: slot i is `stride` bytes at `slots + i * stride`.
#[derive(Clone, Copy)]
pub struct Code {
    pub field: Field,
    pub low_rate: bool,
    pub k: usize,
    pub m: usize,
    pub slots: *mut u8,
    pub stride: usize,
}

/// What the rows of a column should take together.
const COLUMN_SET_BYTES: usize = 256 * 1024;
const MAX_COLUMN_BYTES: usize = 2048;

/// Width of the columns in which `rows` rows of `bytes` bytes are treated. An odd number of blocks,
/// where there is a choice, spreads the rows over the sets of a cache.
pub fn column_bytes(rows: usize, bytes: usize) -> usize {
    let most = (COLUMN_SET_BYTES / rows).clamp(BLOCK, MAX_COLUMN_BYTES) / BLOCK;
    let blocks = bytes / BLOCK;
    if blocks <= most {
        return bytes;
    }
    let widest = (most - 1) | 1;
    (blocks.div_ceil(blocks.div_ceil(widest)) | 1).min(widest) * BLOCK
}

impl Code {
    pub fn chunk(&self) -> usize {
        (if self.low_rate { self.k } else { self.m }).next_power_of_two()
    }

    /// Points in all.
    pub fn points(&self) -> usize {
        (self.chunk() + if self.low_rate { self.m } else { self.k }).next_power_of_two()
    }

    /// The point of shard `i`.
    pub fn point(&self, i: usize) -> usize {
        match (self.low_rate, i < self.k) {
            (true, true) => i,
            (true, false) => self.chunk() + i - self.k,
            (false, true) => self.chunk() + i,
            (false, false) => i - self.k,
        }
    }

    /// The shard at a point, if there is one.
    pub fn shard(&self, point: usize) -> Option<usize> {
        let (first, second) = if self.low_rate { (self.k, self.m) } else { (self.m, self.k) };
        let chunk = self.chunk();
        match (point < first, point < chunk || point >= chunk + second) {
            (true, _) => Some(if self.low_rate { point } else { self.k + point }),
            (_, true) => None,
            _ => Some(if self.low_rate { self.k + point - chunk } else { point - chunk }),
        }
    }

    /// Whether the polynomial has `chunk` coefficients, so that any aligned chunk of values gives it.
    pub fn is_chunk_enough(&self) -> bool {
        self.low_rate || self.points() == 2 * self.chunk()
    }

    /// Points of zeros that no shard holds and everybody knows.
    pub fn zeros(&self) -> core::ops::Range<usize> {
        if self.low_rate { self.k..self.chunk() } else { self.chunk() + self.k..self.points() }
    }

    pub fn slot(&self, i: usize) -> *mut u8 {
        unsafe { self.slots.add(i * self.stride) }
    }
}
